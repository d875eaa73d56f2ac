import { describe, expect, test } from "bun:test";
import type { CircuitState } from "../../plugins/breakers/circuit.ts";
import { newStore } from "../store/stores.ts";
import { startRedis } from "../support/redis.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { waitFor } from "../support/wait-for.ts";
import { startFailingService } from "./failing-service.ts";
import { type GatewayScene, openGateway } from "./scene.ts";

const strangeNews = { to: "open", by_hand: false, reason: "because", by: "a stranger", at_ms: 0 };

/** Two gateways on one Redis before one service, each with its own way to Redis. */
async function openPair(environment: Record<string, string> = {}) {
  const [redis, service] = await Promise.all([startRedis(), startFailingService()]);
  const relays = await Promise.all([startRelay(redis.port), startRelay(redis.port)]);
  const open = (relay: Relay): Promise<GatewayScene> =>
    openGateway(service, { REDIS_URL: `redis://127.0.0.1:${relay.port}`, ...environment });
  const [first, second] = [await open(relays[0]), await open(relays[1])];
  return {
    redis,
    service,
    first,
    second,
    relays,
    async [Symbol.asyncDispose]() {
      await Promise.all([first.gateway.stop(), second.gateway.stop(), service.kill()]);
      for (const relay of relays) relay.close();
      await redis.stop();
    },
  };
}

async function become({ circuit }: GatewayScene, state: CircuitState): Promise<void> {
  await waitFor(`a circuit that is ${state}`, async () => (await circuit())?.state === state);
}

const turnsOf = ({ gateway }: GatewayScene): unknown[] =>
  gateway.lines.filter(({ msg }) => msg.startsWith("a circuit is ")).map(({ to, cause }) => [to, cause]);

describe("on one Redis", () => {
  test("a circuit that opens here is open there, until the same time, and closes there when it closes here", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "2" });
    const { first, second, service } = pair;
    await service.become("storm");
    await first.statuses(5);
    await become(second, "open");
    const [here, there] = [await first.circuit(), await second.circuit()];
    const apartMs = Date.parse(here?.retry_after ?? "") - Date.parse(there?.retry_after ?? "");
    expect(Math.abs(apartMs)).toBeLessThan(1000);
    const seen = await service.seen();
    expect(await second.statuses(5)).toEqual([503, 503, 503, 503, 503]);
    expect(await service.seen()).toBe(seen);

    await service.become("good");
    await become(first, "half_open");
    await become(second, "half_open");
    await first.statuses(5);
    await become(second, "closed");
    await Bun.sleep(500);
    expect(turnsOf(first)).toEqual([
      ["open", "requests"],
      ["half_open", "time"],
      ["closed", "requests"],
    ]);
    expect(turnsOf(second)).toEqual([
      ["open", "gateway"],
      ["half_open", "time"],
      ["closed", "gateway"],
    ]);
  });

  test("what is heard is not told again", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "60" });
    const { store } = newStore({ redisUrl: pair.redis.url });
    const table = store.table("circuits");
    await store.open();
    const told: unknown[] = [];
    table.onChange(() => void told.push(JSON.parse(table.entries.get("a_service") ?? "{}").to));
    await pair.service.become("storm");
    await pair.first.statuses(5);
    await become(pair.second, "open");
    await pair.second.act("reset");
    await become(pair.first, "closed");
    await Bun.sleep(500);
    expect(told).toEqual(["open", "closed"]);
    await store.close();
  });

  test.each([
    ["no JSON", "{"],
    ["no news", JSON.stringify({ to: "half_open" })],
    ["news of too long a time", JSON.stringify({ ...strangeNews, remaining_ms: 1e15 })],
  ])("a stranger's %s does no harm", async (_, text) => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "2", CIRCUIT_RECOVERY_MAX_SECONDS: "2" });
    const { store } = newStore({ redisUrl: pair.redis.url });
    const table = store.table("circuits");
    await store.open();
    await table.put(new Map([["a_service", text]]));
    await table.put(new Map([["b_service", text]]));
    await Bun.sleep(200);
    await waitFor("requests to pass", async () => (await pair.first.get()).status === 200);
    await store.close();
  });

  test("an operator's word reaches all, and goes before what requests say", async () => {
    await using pair = await openPair();
    const { first, second, service } = pair;
    await first.act("open");
    await become(second, "open");
    expect((await second.circuit())?.retry_after).toBeNull();
    await second.act("reset");
    await become(first, "closed");
    await service.become("storm");
    await first.statuses(5);
    await become(second, "open");
    await second.act("reset");
    await become(first, "closed");
  });

  test("each decides by itself while Redis is away, and what was decided is told when it is back", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "60" });
    const { first, second, service, redis } = pair;
    redis.pause();
    await service.become("storm");
    await first.statuses(5);
    expect((await first.circuit())?.state).toBe("open");
    expect((await second.circuit())?.state).toBe("closed");
    await Bun.sleep(1500);
    redis.resume();
    await become(second, "open");
  });

  test("a gateway that starts when the time is over tries the service as gently as the others", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "1" });
    const { first, second, service, redis } = pair;
    await service.become("storm");
    await first.statuses(5);
    await become(second, "open");
    await service.become("good");
    await become(first, "half_open");
    const third = await openGateway(service, { REDIS_URL: redis.url });
    expect((await third.circuit())?.state).toBe("half_open");
    expect(await third.statuses(5)).toEqual([200, 200, 200, 200, 200]);
    await become(third, "closed");
    await become(first, "closed");
    await third.gateway.stop();
  });

  test("what was told while Redis could not be reached, and is over by then, opens nothing", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "6" });
    const { first, second, service, relays } = pair;
    relays[1].blackhole();
    await service.become("storm");
    await first.statuses(5);
    await service.become("good");
    await waitFor("its time to be over", async () => (await first.circuit())?.state === "half_open", 20_000);
    relays[1].heal();
    await waitFor("Redis to be back", async () => {
      const response = await fetch(`${second.gateway.url}/health`);
      return ((await response.json()) as { status: string }).status === "healthy";
    });
    expect(await second.statuses(3)).toEqual([200, 200, 200]);
    expect(turnsOf(second)).toEqual([]);
  }, 30_000);

  test("a gateway that comes later knows what is open", async () => {
    await using pair = await openPair({ CIRCUIT_RECOVERY_SECONDS: "60" });
    const { first, service, redis } = pair;
    await service.become("storm");
    await first.statuses(5);
    await become(pair.second, "open");
    const third = await openGateway(service, { REDIS_URL: redis.url });
    expect(await third.circuit()).toMatchObject({ state: "open", retry_after: expect.any(String) });
    await third.gateway.stop();
  });
});
