import { describe, expect, test } from "bun:test";
import { startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";
import type { Mood } from "./failing-program.ts";
import { startFailingService } from "./failing-service.ts";
import { type GatewayScene, openGateway } from "./scene.ts";

/** A gateway before one service of two instances. */
async function openPool(environment: Record<string, string> = {}, timeout = 1) {
  const instances = await Promise.all([startFailingService(), startFailingService()]);
  const url = instances.map((instance) => instance.url).join(",");
  const scene = await openGateway({ url }, { EJECTION_FAILURES: "5", ...environment }, {}, timeout);
  return {
    ...scene,
    instances,
    url,
    async [Symbol.asyncDispose]() {
      await Promise.all([scene.gateway.stop(), ...instances.map((instance) => instance.kill())]);
    },
  };
}

async function post({ gateway }: GatewayScene, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const response = await fetch(`${gateway.url}/api/v1/a`, { method: "POST", body: "x" });
    // A body that breaks off is the caller's error, too.
    await response.arrayBuffer().catch(() => {});
    statuses.push(response.status);
  }
  return statuses;
}

const ejections = ({ gateway }: GatewayScene): number =>
  gateway.lines.filter(({ msg }) => msg.startsWith("an instance is ejected")).length;

describe("one bad instance of two is ejected, and the circuit stays closed", () => {
  test.each<[Mood, number, Record<string, string>]>([
    ["storm", 503, {}],
    ["reset", 502, {}],
    ["garbage", 502, {}],
    ["silent", 504, {}],
    ["slow", 200, { CIRCUIT_SLOW_SECONDS: "0.1" }],
    ["breaking", 200, {}],
  ])("%s", async (mood, status, environment) => {
    await using pool = await openPool(environment, 0.4);
    await pool.instances[0].become(mood);
    const statuses: number[] = [];
    for (let rounds = 0; rounds < 10 && ejections(pool) === 0; rounds += 1) statuses.push(...(await post(pool, 4)));
    expect(new Set(statuses)).toEqual(new Set([status, 200]));
    expect(ejections(pool)).toBe(1);
    expect(await post(pool, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((await pool.circuit())?.state).toBe("closed");
  });

  test("also when twenty requests wait for it at once", async () => {
    await using pool = await openPool({}, 0.4);
    await pool.instances[0].become("silent");
    await Promise.all(Array.from({ length: 40 }, () => post(pool, 1)));
    expect([ejections(pool), (await pool.circuit())?.state]).toEqual([1, "closed"]);
    expect(await post(pool, 20)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test("also when what it failed at was tried on the other one", async () => {
    await using pool = await openPool();
    await pool.instances[0].become("storm");
    await pool.statuses(20);
    expect([ejections(pool), (await pool.circuit())?.state]).toEqual([1, "closed"]);
    expect(await pool.statuses(20)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test("on both of two gateways on one Redis", async () => {
    const redis = await startRedis();
    await using pool = await openPool({ REDIS_URL: redis.url });
    const other = await openGateway(pool, { EJECTION_FAILURES: "5", REDIS_URL: redis.url });
    await pool.instances[0].become("storm");
    await Promise.all([post(pool, 20), post(other, 20)]);
    await Bun.sleep(500);
    for (const scene of [pool, other]) {
      expect([ejections(scene), (await scene.circuit())?.state]).toEqual([1, "closed"]);
      expect(await post(scene, 10)).toEqual(Array.from({ length: 10 }, () => 200));
    }
    await other.gateway.stop();
    await redis.stop();
  });
});

test("with both bad, the circuit opens", async () => {
  await using pool = await openPool({ CIRCUIT_RECOVERY_SECONDS: "60" });
  await Promise.all(pool.instances.map((instance) => instance.become("storm")));
  await post(pool, 20);
  expect((await pool.circuit())?.state).toBe("open");
});

test("with the other one gone bad after the ejection, the circuit opens", async () => {
  await using pool = await openPool({ CIRCUIT_RECOVERY_SECONDS: "60" });
  await pool.instances[0].become("storm");
  await post(pool, 20);
  await pool.instances[1].become("storm");
  await post(pool, 5);
  expect((await pool.circuit())?.state).toBe("open");
});

test("a sole instance is never passed over: its fifth failure opens the circuit", async () => {
  await using pool = await openPool({ CIRCUIT_RECOVERY_SECONDS: "60" });
  const alone = await openGateway({ url: pool.instances[0].url }, { EJECTION_FAILURES: "5" });
  await pool.instances[0].become("storm");
  await post(alone, 5);
  await waitFor("the circuit to open", async () => (await alone.circuit())?.state === "open");
  await alone.gateway.stop();
});
