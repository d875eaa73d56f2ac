import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openPair, type SharedGateway } from "./shared-scene.ts";

/** The instances that this gateway took away because their lease ran out, and when, in milliseconds since 1970. */
function evictionsBy({ process }: SharedGateway): { instance: string; atMs: number }[] {
  return process.lines
    .filter(({ msg, reason }) => msg === "instance status" && reason === "lease ran out")
    .map(({ instance, time }) => ({ instance: String(instance), atMs: Date.parse(String(time)) }));
}

test.concurrent(
  "a lease is renewed through any gateway, and runs out once, by the one that leads",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    const instance = await scene.instance();
    const { instance_id: id, lease_token: token } = await first.registry.bring(
      bodyOf("leased", instance, { lease_seconds: 3 }),
    );
    for (let beat = 0; beat < 5; beat += 1) {
      await Bun.sleep(1_000);
      expect((await second.registry.heartbeat("leased_service", id, token)).status).toBe(200);
    }
    expect((await first.get("/leased/x")).status).toBe(200);
    expect([...evictionsBy(first), ...evictionsBy(second)]).toEqual([]);

    const silentSince = Date.now();
    await first.registry.waitForStatus("leased_service", undefined);
    await waitFor("the second to forget it", async () => (await second.get("/leased/x")).status === 404, 2_000);
    await waitFor("the line about it", () => evictionsBy(first).length > 0, 2_000);
    const [eviction] = evictionsBy(first);
    expect(eviction?.instance).toBe(id);
    expect((eviction?.atMs ?? 0) - silentSince).toBeGreaterThan(2_000);
    // More sweeps, and nothing left to evict.
    await Bun.sleep(2_000);
    expect([evictionsBy(first).length, evictionsBy(second).length]).toEqual([1, 0]);
  },
  30_000,
);

test.concurrent(
  "of ten instances that all stop renewing at most one goes in each heartbeat interval",
  async () => {
    await using pair = await openPair();
    const { scene, first, second } = pair;
    // One process that listens at all of these addresses.
    const { port } = await scene.instance("ten", "0.0.0.0");
    const hosts = Array.from({ length: 10 }, (_, index) => `127.0.60.${index + 1}`);
    const gateways = [first, second];
    await Promise.all(
      hosts.map((host, index) =>
        gateways[index % 2]?.registry.register(bodyOf("ten", { host, port }, { lease_seconds: 3 })),
      ),
    );
    expect((await second.registry.service("ten_service")).body.instances).toHaveLength(10);

    await waitFor("four evictions", () => evictionsBy(first).length >= 4, 20_000);
    const times = evictionsBy(first).map(({ atMs }) => atMs);
    const heartbeatMs = 1_000;
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    // Lines are written a moment after the decision.
    for (const gap of gaps) expect(gap).toBeGreaterThan(heartbeatMs - 200);
    expect(evictionsBy(second)).toEqual([]);
    // Whoever is left, and renews again, stays.
    const { instances } = (await second.registry.service("ten_service")).body;
    expect(instances.length).toBeGreaterThanOrEqual(4);
  },
  40_000,
);
