import { expect, test } from "bun:test";
import type { InstanceProcess } from "../support/instance-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openSharedScene, type SharedGateway } from "./shared-scene.ts";

// Four intervals: one gateway checks three to five times, two check seven times or more.
const windowMs = 4_000;
const mostByOne = 6;

async function checksFrom(instance: InstanceProcess): Promise<number> {
  const before = (await instance.seen()).checks.length;
  await Bun.sleep(windowMs);
  return (await instance.seen()).checks.length - before;
}

async function expectOneProber(instance: InstanceProcess): Promise<void> {
  const checks = await checksFrom(instance);
  expect(checks).toBeGreaterThanOrEqual(2);
  expect(checks).toBeLessThanOrEqual(mostByOne);
}

/** Waits for a check that begins only now. */
async function untilChecked(instance: InstanceProcess, limitMs = 8_000): Promise<void> {
  const before = (await instance.seen()).checks.length;
  await waitFor("somebody to check", async () => (await instance.seen()).checks.length > before, limitMs);
}

const historyOn = async ({ registry }: SharedGateway) => (await registry.instance("probed_service"))?.checks;

/** Three gateways and an instance that is checked each second; whatever was checked at the start is over. */
async function openThree() {
  const scene = await openSharedScene();
  const gateways = [await scene.gateway(), await scene.gateway(), await scene.gateway()] as const;
  const instance = await scene.instance();
  await gateways[1].registry.bring(bodyOf("probed", instance, { lease_seconds: 3600 }));
  await Bun.sleep(1_500);
  return { scene, gateways, instance, [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose]() };
}

test.concurrent(
  "exactly one of two and of three gateways checks, and all have the same results",
  async () => {
    await using scene = await openSharedScene();
    const two = [await scene.gateway(), await scene.gateway()];
    const instance = await scene.instance();
    await two[1]?.registry.bring(bodyOf("probed", instance));
    await Bun.sleep(1_500);
    await expectOneProber(instance);
    const gateways = [...two, await scene.gateway()];
    await expectOneProber(instance);
    await waitFor("three equal histories", async () => {
      const histories = await Promise.all(gateways.map(historyOn));
      return histories.every((history) => (history?.length ?? 0) > 5 && Bun.deepEquals(history, histories[0]));
    });
  },
  40_000,
);

test.concurrent(
  "when the gateway that checks is killed another one takes over",
  async () => {
    await using three = await openThree();
    const { gateways, instance } = three;
    await gateways[0].kill();
    await untilChecked(instance);
    await expectOneProber(instance);
    const [, second, third] = gateways;
    await waitFor("equal histories", async () => Bun.deepEquals(await historyOn(second), await historyOn(third)));
    // The youngest is the last.
    await second.kill();
    await untilChecked(instance);
    await expectOneProber(instance);
  },
  60_000,
);

test.concurrent(
  "when the gateway that checks is paused another one takes over, and keeps it when the first is back",
  async () => {
    await using three = await openThree();
    const { gateways, instance } = three;
    const [first, second, third] = gateways;
    first.process.process.kill("SIGSTOP");
    // One that was due is seen; those after it come from another gateway.
    for (let check = 0; check < 2; check += 1) await untilChecked(instance);
    await expectOneProber(instance);

    // What the paused gateway knew is out of date when it comes back.
    await instance.answerChecks({ status: 500 });
    for (const { registry } of [second, third]) await registry.waitForStatus("probed_service", "unhealthy");
    first.process.process.kill("SIGCONT");
    const end = performance.now() + 2_500;
    while (performance.now() < end) {
      expect((await third.get("/probed/x")).status).toBe(503);
      await Bun.sleep(10);
    }
    await first.registry.waitForStatus("probed_service", "unhealthy");
    await expectOneProber(instance);
  },
  60_000,
);

test.concurrent(
  "when the gateway that checks is cut off it goes on alone, the others choose one, and in the end one checks",
  async () => {
    await using three = await openThree();
    const { gateways, instance } = three;
    const [first, second, third] = gateways;
    first.relay.blackhole();
    await waitFor("another gateway to check as well", async () => {
      const [mine, theirs] = [await historyOn(first), await historyOn(second)];
      const isFresh = (at: string | undefined): boolean => Date.now() - Date.parse(at ?? "") < 1_500;
      return mine?.[0]?.at !== theirs?.[0]?.at && isFresh(mine?.[0]?.at) && isFresh(theirs?.[0]?.at);
    });
    expect((await first.get("/probed/x")).status).toBe(200);
    first.relay.heal();
    await waitFor("the first to hear the others again", async () => {
      const histories = await Promise.all([first, second, third].map(historyOn));
      return histories.every((history) => Bun.deepEquals(history, histories[0]));
    });
    await Bun.sleep(1_000);
    await expectOneProber(instance);
  },
  60_000,
);
