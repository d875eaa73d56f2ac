import { afterEach, describe, expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { limitsState, startTwoGateways, type TwoGateways } from "./limits-scene.ts";

let scene: TwoGateways;
afterEach(() => scene.stop());

describe("two gateways on one Redis", () => {
  test("admit exactly 100 of 1,000 at once where the limit is 100", async () => {
    scene = await startTwoGateways();
    expect((await scene.burst(1000, { "x-bucket": "one" })).statuses).toEqual({ 200: 100, 429: 900 });
    expect((await scene.burst(300, { "x-bucket": "two" })).statuses).toEqual({ 200: 100, 429: 200 });
    const names = (await scene.redis.command("KEYS", "gw:{limits}:*")) as string[];
    expect(names.length).toBeGreaterThanOrEqual(2);
    for (const name of names) expect(Number(await scene.redis.command("PTTL", name))).toBeGreaterThan(0);
    expect(names.join()).not.toMatch(/one|two|127/);
  }, 30_000);

  test("leased, admit at most one share of 10 more for each gateway, and no less than 100 but unspent shares", async () => {
    scene = await startTwoGateways({ settings: { rate_limit_mode: "leased" } });
    const { statuses } = await scene.burst(1000, { "x-bucket": "one" });
    expect(statuses[200]).toBeLessThanOrEqual(120);
    expect(statuses[200]).toBeGreaterThanOrEqual(80);
    expect((statuses[200] ?? 0) + (statuses[429] ?? 0)).toBe(1000);
  }, 30_000);
});

interface Outage {
  readonly name: string;
  begin(): unknown;
  end(): unknown;
}

const outages: readonly Outage[] = [
  { name: "killed and started again", begin: () => scene.redis.kill(), end: () => scene.redis.restart() },
  { name: "stopped and continued", begin: () => scene.redis.pause(), end: () => scene.redis.resume() },
  {
    name: "made read-only",
    begin: () => scene.redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: () => scene.redis.command("REPLICAOF", "NO", "ONE"),
  },
  {
    name: "full",
    begin: () => scene.redis.command("CONFIG", "SET", "maxmemory", "1"),
    end: () => scene.redis.command("CONFIG", "SET", "maxmemory", "0"),
  },
  { name: "flushed", begin: () => scene.redis.command("FLUSHALL"), end: () => undefined },
  { name: "made to forget its scripts", begin: () => scene.redis.command("SCRIPT", "FLUSH"), end: () => undefined },
];

describe.each(outages.map((outage) => [outage.name, outage] as const))(
  "while Redis is %s under load",
  (_, { begin, end }) => {
    test("no request fails, none waits long, and limits are exact again afterwards", async () => {
      scene = await startTwoGateways();
      const over = new AbortController();
      const seen = new Set<number>();
      let longestMs = 0;
      const load = Array.from({ length: 8 }, async (_, worker) => {
        for (let call = 0; !over.signal.aborted; call += 1) {
          const round = await scene.burst(2, { "x-bucket": `${worker}-${call}` });
          for (const status of Object.keys(round.statuses)) seen.add(Number(status));
          longestMs = Math.max(longestMs, round.longestMs);
          await Bun.sleep(5);
        }
      });
      await Bun.sleep(300);
      await begin();
      await Bun.sleep(1500);
      await end();
      await waitFor("all to be well again", scene.isShared);
      over.abort();
      await Promise.all(load);
      expect([...seen]).toEqual([200]);
      expect(longestMs).toBeLessThan(3000);
      await waitFor("the limits to be shared", async () =>
        (await Promise.all(scene.gateways.map(limitsState))).every(({ state }) => state === "available"),
      );
      expect((await scene.burst(400, { "x-bucket": "afterwards" })).statuses).toEqual({ 200: 100, 429: 300 });
    }, 30_000);
  },
);

describe("while Redis is away", () => {
  test("each gateway enforces its half, says degraded, and tells the log once when it begins and once when it ends", async () => {
    scene = await startTwoGateways();
    await scene.redis.kill();
    // These are decided while it becomes clear that Redis is away.
    await scene.burst(20, { "x-bucket": "before" });
    expect((await scene.burst(400, { "x-bucket": "during" })).statuses).toEqual({ 200: 100, 429: 300 });
    expect(await scene.isShared()).toBe(false);
    expect(await limitsState(scene.gateways[0])).toEqual({ kind: "redis", state: "away" });
    await scene.redis.restart();
    await waitFor("all to be well again", scene.isShared);
    for (const { lines, waitForLine } of scene.gateways) {
      await waitForLine(({ msg }) => msg === "limits are shared again");
      expect(lines.filter(({ msg }) => msg.startsWith("limits go on alone"))).toHaveLength(1);
    }
  }, 30_000);

  test("a route that says when_store_fails: refuse answers 503 with Retry-After: 1", async () => {
    scene = await startTwoGateways({ limits: { when_store_fails: "refuse" } });
    expect((await scene.burst(2)).statuses).toEqual({ 200: 2 });
    await scene.redis.kill();
    const answer = await fetch(`${scene.gateways[0].url}/api/v1/a`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.headers.get("x-ratelimit-limit")).toBe("100");
    expect(answer.headers.get("ratelimit-policy")).toBe('"few";q=100;w=100000');
    // Of its half of the limit, and without a time that is later than Retry-After.
    expect(Number(answer.headers.get("x-ratelimit-remaining"))).toBeLessThan(50);
    expect(answer.headers.get("ratelimit")).toMatch(/^"few";r=\d+$/);
    expect(await answer.json()).toMatchObject({
      error: { code: "SERVICE_UNAVAILABLE", details: { service: "a_service" } },
    });
    await scene.redis.restart();
    await waitFor("the route to serve again", async () => (await scene.burst(2)).statuses[200] === 2);
  }, 30_000);
});
