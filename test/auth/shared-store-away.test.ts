import { expect, test } from "bun:test";
import type { Answer } from "../support/registry-client.ts";
import { waitFor } from "../support/wait-for.ts";
import { ada, apiKey, billing, type Gateway, openAccountPair } from "./shared-accounts.ts";
import type { Tokens } from "./token-client.ts";

function expectAway({ status, headers, error }: Answer<unknown>): void {
  expect([status, error?.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
}

const withKey = async ({ shared }: Gateway): Promise<number> =>
  (await fetch(`${shared.process.url}/api/v1/users/me`, { headers: { "x-api-key": apiKey } })).status;

test.concurrent.each(["is killed", "hangs"])(
  "while Redis %s everybody gets in, and only sessions wait",
  async (outage) => {
    await using pair = await openAccountPair();
    const { first, second, redis } = pair;
    const both = [first, second];
    const before = await first.logAdaIn();
    await waitFor("the session to arrive", async () => (await second.me(before.access_token)).status === 200);
    if (outage === "hangs") redis.pause();
    else await redis.kill();

    for (const gateway of both) {
      expect((await gateway.me(before.access_token)).status).toBe(200);
      expect(await withKey(gateway)).toBe(200);
      const { access_token: token, refresh_token: none } = await gateway.logAdaIn();
      expect(none).toBeUndefined();
      for (const { me } of both) expect((await me(token)).status).toBe(200);
      const client = await gateway.ask({
        grant_type: "client_credentials",
        client_id: billing.id,
        client_secret: billing.secret,
      });
      expect(client.status).toBe(200);
      expect((await gateway.ask({ username: ada.username, password: "a wrong one" })).status).toBe(401);
      expectAway(await gateway.refresh(before.refresh_token));
      expectAway(await gateway.revoke(before.refresh_token));
      // What is no refresh token at all needs no store to be told so.
      expect((await gateway.refresh("no token")).status).toBe(401);
    }

    if (outage === "hangs") redis.resume();
    else await redis.restart();
    await waitFor("the session to go on", async () => (await second.refresh(before.refresh_token)).status === 200);
    expect((await second.logAdaIn()).refresh_token).toBeString();
  },
  30_000,
);

test.concurrent(
  "a gateway that has lost its way to Redis calls nobody's session unknown",
  async () => {
    await using pair = await openAccountPair();
    const { first, second } = pair;
    second.shared.relay.cut();
    const session = await first.logAdaIn();
    expectAway(await second.refresh(session.refresh_token));
    expectAway(await second.revoke(session.refresh_token));
    second.shared.relay.heal();
    await waitFor("the session to go on", async () => (await second.refresh(session.refresh_token)).status === 200);
  },
  30_000,
);

test.concurrent(
  "a gateway that starts without Redis lets users in, and knows the sessions when it is back",
  async () => {
    await using pair = await openAccountPair();
    const { first, second, redis } = pair;
    const session = await first.logAdaIn();
    await second.shared.kill();
    redis.pause();
    const third = await pair.gateway();
    expect((await third.me(session.access_token)).status).toBe(200);
    expect((await third.me((await third.logAdaIn()).access_token)).status).toBe(200);
    expectAway(await third.refresh(session.refresh_token));
    redis.resume();
    await waitFor("the session to go on", async () => (await third.refresh(session.refresh_token)).status === 200);
  },
  30_000,
);

test.concurrent(
  "a refresh token whose use got no answer from Redis is good for another try, where it was tried",
  async () => {
    await using pair = await openAccountPair();
    const { first, redis } = pair;
    const session = await first.logAdaIn();
    redis.pause();
    // Redis finds this in its mail when it goes on.
    expectAway(await first.refresh(session.refresh_token));
    redis.resume();
    let last: Answer<Tokens> | undefined;
    await waitFor("Redis to be back", async () => {
      last = await first.refresh(session.refresh_token);
      return last.status !== 503;
    });
    expect(last?.status).toBe(200);
    expect((await first.me(last?.body.access_token)).status).toBe(200);
    expect((await pair.second.refresh(last?.body.refresh_token)).status).toBe(200);
    // By now it has been used.
    expect((await first.refresh(session.refresh_token)).status).toBe(401);
    expect((await first.me(last?.body.access_token)).status).toBe(401);
  },
  30_000,
);
