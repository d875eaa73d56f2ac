import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openPair } from "./shared-scene.ts";

test.concurrent(
  "of two services that claim one prefix on two gateways at once one has it, in each of 50 rounds",
  async () => {
    await using pair = await openPair();
    const { first, second } = pair;
    const wins: string[] = [];
    for (let round = 0; round < 50; round += 1) {
      const prefix = `/api/v1/race-${round}`;
      const claims = [
        { gateway: first, name: `red${round}_service`, path_prefix: prefix },
        // Below it is the same claim.
        { gateway: second, name: `blue${round}_service`, path_prefix: round % 2 === 0 ? prefix : `${prefix}/below` },
      ];
      const answers = await Promise.all(
        claims.map(({ gateway, name, path_prefix }) =>
          gateway.registry.register({ service_name: name, host: "127.0.0.1", port: 9, routes: [{ path_prefix }] }),
        ),
      );
      const winner = claims[answers.findIndex(({ status }) => status === 201)]?.name;
      const loser = answers.find(({ status }) => status === 409);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
      expect(loser?.error).toMatchObject({ code: "CONFLICT", details: { owner: winner } });
      wins.push(String(winner));
    }
    const names = async ({ registry }: typeof first) =>
      (await registry.list()).body.services.map(({ service_name: name }) => name);
    expect(await names(first)).toEqual(wins.toSorted());
    await waitFor("the second to know the same", async () => (await names(second)).join() === wins.toSorted().join());
  },
  60_000,
);

test.concurrent(
  "100 instances that register at once through two gateways are all kept by both",
  async () => {
    await using pair = await openPair();
    const { first, second } = pair;
    const ports = Array.from({ length: 100 }, (_, index) => 20_000 + index);
    const answers = await Promise.all(
      ports.map((port, index) =>
        (index % 2 === 0 ? first : second).registry.register(bodyOf("crowd", { host: "127.0.0.1", port })),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(ports.map(() => 201));
    for (const { registry } of [first, second]) {
      const known = async () =>
        (await registry.service("crowd_service")).body.instances.map(({ port }) => port).toSorted((a, b) => a - b);
      await waitFor("all instances", async () => (await known()).length === ports.length, 2_000);
      expect(await known()).toEqual(ports);
    }
  },
  30_000,
);

test.concurrent(
  "an instance that registers through both at once is one, and each of its tokens works on both",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    const body = bodyOf("twin", await scene.instance());
    const answers = await Promise.all([first, second].map(({ registry }) => registry.register(body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 201]);
    const [one, other] = answers.map((answer) => answer.body);
    expect(one?.instance_id).toBe(String(other?.instance_id));
    expect(one?.lease_token).not.toBe(String(other?.lease_token));
    for (const { lease_token: token, instance_id: id } of [one, other].flatMap((answer) => answer ?? [])) {
      for (const { registry } of [first, second]) {
        const works = async () => (await registry.heartbeat("twin_service", id, token)).status === 200;
        await waitFor("a token to work", works, 2_000);
      }
    }
    expect((await first.registry.service("twin_service")).body.instances).toHaveLength(1);
  },
  30_000,
);
