import { describe, expect, test } from "bun:test";
import type { RedisServer } from "../support/redis.ts";
import type { Answer } from "../support/registry-client.ts";
import { waitFor } from "../support/wait-for.ts";
import { keepCalling, keepRenewing } from "./shared-load.ts";
import { bodyOf, openPair, openSharedScene, type SharedGateway } from "./shared-scene.ts";

interface Outage {
  readonly name: string;
  begin(redis: RedisServer): unknown;
  end(redis: RedisServer): unknown;
}

const outages: readonly Outage[] = [
  { name: "is killed and starts again, empty", begin: (redis) => redis.kill(), end: (redis) => redis.restart() },
  { name: "is stopped and goes on", begin: (redis) => redis.pause(), end: (redis) => redis.resume() },
  {
    name: "becomes read-only and writable again",
    begin: (redis) => redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: (redis) => redis.command("REPLICAOF", "NO", "ONE"),
  },
];

const leaseMs = 3_000;
const healthOf = async ({ process }: SharedGateway): Promise<string> =>
  ((await (await fetch(`${process.url}/health`)).json()) as { status: string }).status;
const evictions = ({ process }: SharedGateway) => process.lines.filter(({ reason }) => reason === "lease ran out");

async function expectRefusal(change: () => Promise<Answer<unknown>>): Promise<void> {
  const startMs = performance.now();
  const { status, headers, error } = await change();
  expect([status, error?.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(performance.now() - startMs).toBeLessThan(2_500);
}

describe.each(outages)("while Redis $name", ({ begin, end }) => {
  test.concurrent(
    "nobody who calls notices, changes are refused, leases hold, and then all is as it should be",
    async () => {
      await using pair = await openPair();
      const { scene, first, second } = pair;
      const both = [first, second];
      const [good, bad] = [await scene.instance("good"), await scene.instance("bad")];
      const more = { lease_seconds: leaseMs / 1_000 };
      const { instance_id: goodId } = await first.registry.bring(bodyOf("kept", good, more));
      const { instance_id: badId } = await second.registry.bring(bodyOf("kept", bad, more));
      await Promise.all(both.map(({ registry }) => registry.waitForStatus("kept_service", "healthy", badId)));
      await using load = keepCalling(both.map(({ process }) => `${process.url}/api/v1/kept/x`));
      await using heartbeats = keepRenewing(both, "kept_service", [goodId, badId]);

      await begin(scene.redis);
      const newcomer = bodyOf("late", { host: "127.0.0.1", port: 9 });
      await Promise.all(both.map(({ registry }) => expectRefusal(() => registry.register(newcomer))));
      await waitFor(
        "both to be degraded",
        async () => (await Promise.all(both.map(healthOf))).join() === "degraded,degraded",
        3_000,
      );
      for (const { process, registry } of both) {
        expect((await fetch(`${process.url}/health/ready`)).status).toBe(200);
        await expectRefusal(() => registry.remove("kept_service", goodId));
        await expectRefusal(() => registry.patch("kept_service", goodId, { status: "draining" }));
      }
      // Each gateway looks for itself now.
      const checksBefore = (await good.seen()).checks.length;
      await bad.answerChecks({ status: 500 });
      await Promise.all(both.map(({ registry }) => registry.waitForStatus("kept_service", "unhealthy", badId)));
      await Bun.sleep(leaseMs);
      expect((await good.seen()).checks.length - checksBefore).toBeGreaterThan(4);

      await end(scene.redis);
      await waitFor(
        "both to be healthy",
        async () => (await Promise.all(both.map(healthOf))).join() === "healthy,healthy",
        4_000,
      );
      expect((await first.registry.register(newcomer)).status).toBeOneOf([200, 201]);
      await waitFor("the second to hear", async () => (await second.registry.instance("late_service")) !== undefined);
      await bad.answerChecks({ status: 200 });
      await Promise.all(both.map(({ registry }) => registry.waitForStatus("kept_service", "healthy", badId)));
      await Bun.sleep(leaseMs + 1_000);
      for (const { registry } of both) {
        const { instances } = (await registry.service("kept_service")).body;
        expect(instances.map(({ instance_id: id }) => id).toSorted()).toEqual([goodId, badId].toSorted());
      }
      expect(both.flatMap(evictions)).toEqual([]);
      await Promise.all([load.stop(), heartbeats.stop()]);
      expect([...load.mistakes, ...heartbeats.mistakes]).toEqual([]);
      expect(load.done).toBeGreaterThan(500);
    },
    60_000,
  );
});

test.concurrent(
  "when Redis is flushed it gets everything back, leases included",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    const both = [first, second];
    const body = bodyOf("kept", await scene.instance(), { lease_seconds: leaseMs / 1_000 });
    const { instance_id: id } = await second.registry.bring(body);
    await first.registry.waitForStatus("kept_service", "healthy");
    await using load = keepCalling(both.map(({ process }) => `${process.url}/api/v1/kept/x`));
    await using heartbeats = keepRenewing(both, "kept_service", [id]);
    for (let times = 0; times < 3; times += 1) {
      await scene.redis.command("FLUSHALL");
      await Bun.sleep(1_500);
    }
    // A third gateway knows only what Redis has.
    const third = await scene.gateway();
    expect((await third.get("/kept/x")).status).toBe(200);
    await Promise.all([load.stop(), heartbeats.stop()]);
    expect([...load.mistakes, ...heartbeats.mistakes]).toEqual([]);
    // And it does end when nobody renews it.
    await waitFor("the lease to run out", async () => (await third.get("/kept/x")).status === 404, 20_000);
    await waitFor("the line about it", () => [first, second, third].flatMap(evictions).length > 0, 2_000);
    expect([first, second, third].flatMap(evictions)).toHaveLength(1);
  },
  60_000,
);

test.concurrent(
  "a gateway that starts while Redis is away is degraded, serves what its settings name, and catches up",
  async () => {
    await using scene = await openSharedScene();
    const first = await scene.gateway();
    const [registered, fixed] = [await scene.instance("registered"), await scene.instance("fixed")];
    await first.registry.bring(bodyOf("known", registered, { check_interval: 3600, lease_seconds: 3600 }));
    scene.redis.pause();
    const second = await scene.gateway({ FIXED_SERVICE_URL: `http://127.0.0.1:${fixed.port}` });
    expect(await healthOf(second)).toBe("degraded");
    expect((await second.get("/fixed/x")).by).toBe("fixed");
    expect((await second.get("/known/x")).status).toBe(404);
    await Bun.sleep(3_500);
    expect((await first.get("/known/x")).status).toBe(200);
    scene.redis.resume();
    await waitFor("the second to be healthy", async () => (await healthOf(second)) === "healthy", 3_000);
    await waitFor("what the first knows", async () => (await second.get("/known/x")).status === 200, 3_000);
  },
  30_000,
);
