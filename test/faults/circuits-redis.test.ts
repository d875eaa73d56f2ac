import { expect, test } from "bun:test";
import { startFailingService } from "../breakers/failing-service.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { startRedis } from "../support/redis.ts";
import { asAdmin } from "../support/token.ts";
import { waitFor } from "../support/wait-for.ts";

interface Seen {
  readonly service: string;
  readonly state: string;
}

async function stateAt({ url }: GatewayProcess): Promise<string | undefined> {
  const response = await fetch(`${url}/api/v1/circuits`, { headers: asAdmin() });
  const { circuits } = (await response.json()) as { circuits: readonly Seen[] };
  return circuits.find(({ service }) => service === "a_service")?.state;
}

test("two processes share a circuit while Redis is there, decide alone while it is not, and a restart is no news", async () => {
  await using started = new AsyncDisposableStack();
  const [redis, service] = await Promise.all([startRedis(), startFailingService()]);
  started.defer(() => redis.stop());
  started.defer(() => service.kill());
  const environment = {
    REDIS_URL: redis.url,
    A_SERVICE_URL: service.url,
    CIRCUIT_FAILURES: "5",
    CIRCUIT_RECOVERY_SECONDS: "2",
    CIRCUIT_RAMP_SECONDS: "0",
  };
  const start = async (): Promise<GatewayProcess> => {
    const gateway = await startGateway(environment);
    started.defer(async () => void (await gateway.stop()));
    return gateway;
  };
  const call = async ({ url }: GatewayProcess): Promise<number> => (await fetch(`${url}/api/v1/a`)).status;
  const five = async (gateway: GatewayProcess): Promise<void> => {
    for (let count = 0; count < 5; count += 1) await call(gateway);
  };
  const first = await start();
  let second = await start();

  await service.become("storm");
  await five(first);
  const openedMs = performance.now();
  await waitFor("the other to know", async () => (await stateAt(second)) === "open");
  expect(performance.now() - openedMs).toBeLessThan(1000);
  const seen = await service.seen();
  expect(await call(second)).toBe(503);
  expect(await service.seen()).toBe(seen);

  await service.become("good");
  await waitFor("its time to be over", async () => (await stateAt(second)) === "half_open");
  await second.stop();
  second = await start();
  expect(await stateAt(second)).toBe("half_open");
  await five(first);
  expect(await stateAt(first)).toBe("closed");
  await waitFor("the other to know that, too", async () => (await stateAt(second)) === "closed");

  redis.pause();
  await service.become("storm");
  await five(first);
  expect([await stateAt(first), await stateAt(second)]).toEqual(["open", "closed"]);
  redis.resume();
}, 30_000);
