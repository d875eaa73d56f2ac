import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openPair } from "./shared-scene.ts";

// The promise is one second; the rest is for a busy machine.
const limitMs = 2_000;

test.concurrent(
  "what happens on one gateway holds on the other within a second",
  async () => {
    await using pair = await openPair({ CHECK_UNHEALTHY_THRESHOLD: "1" });
    const { scene, first, second } = pair;
    const instance = await scene.instance();
    const status = async (): Promise<number> => (await second.get("/orders/x")).status;
    const untilAnswers = (wanted: number) =>
      waitFor(`${wanted} from the second gateway`, async () => (await status()) === wanted, limitMs);

    expect(await status()).toBe(404);
    const { instance_id: id, lease_token: token } = await first.registry.bring(bodyOf("orders", instance));
    await untilAnswers(200);

    await instance.answerChecks({ status: 500 });
    await first.registry.waitForStatus("orders_service", "unhealthy");
    await untilAnswers(503);
    await instance.answerChecks({ status: 200 });
    await first.registry.waitForStatus("orders_service", "healthy");
    await untilAnswers(200);

    expect((await first.registry.patch("orders_service", id, { status: "draining" }, token)).status).toBe(200);
    await untilAnswers(503);
    expect((await second.registry.instance("orders_service"))?.status).toBe("draining");
    // The way back goes through the gateway that does not check.
    expect((await second.registry.patch("orders_service", id, { status: "starting" }, token)).status).toBe(200);
    await untilAnswers(200);
    await waitFor(
      "the first to send requests again",
      async () => (await first.get("/orders/x")).status === 200,
      limitMs,
    );

    expect((await first.registry.remove("orders_service", id, token)).status).toBe(204);
    await untilAnswers(404);
    expect((await second.registry.heartbeat("orders_service", id, token)).status).toBe(404);
  },
  30_000,
);

test.concurrent(
  "what a draining instance has in flight is counted over both gateways",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    const instance = await scene.instance();
    const { instance_id: id } = await first.registry.bring(bodyOf("slow", instance));
    await second.registry.waitForStatus("slow_service", "healthy");
    const calls = [first, second, second].map((gateway) => gateway.get("/slow/hold"));
    await waitFor("three held requests", async () => (await instance.seen()).held === 3);
    await second.registry.patch("slow_service", id, { status: "draining" });
    const inFlight = async () =>
      Promise.all([first, second].map(async ({ registry }) => (await registry.instance("slow_service"))?.in_flight));
    await waitFor("both to count three", async () => (await inFlight()).every((count) => count === 3), 4_000);
    await instance.release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await waitFor("both to count none", async () => (await inFlight()).every((count) => count === 0), 4_000);
  },
  30_000,
);

test.concurrent(
  "an instance that comes while a gateway is cut off is served by it soon after, without waiting for a check",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    const [early, late] = [await scene.instance("early"), await scene.instance("late")];
    // The next check after the first one is far away.
    await first.registry.bring(bodyOf("early", early, { check_interval: 3600 }));
    await second.registry.waitForStatus("early_service", "healthy");
    second.relay.cut();
    await second.process.waitForLine(({ msg }) => msg.startsWith("the shared store is away"));
    await first.registry.bring(bodyOf("late", late, { check_interval: 3600 }));
    second.relay.heal();
    await waitFor(
      "the late one on the second gateway",
      async () => (await second.get("/late/x")).status === 200,
      5_000,
    );
    expect((await second.get("/early/x")).status).toBe(200);
  },
  30_000,
);
