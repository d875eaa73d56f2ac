import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretKey } from "../../support/open-routes.ts";
import { builtExecutable } from "../competitors/gateway.ts";
import { startChild } from "../machine/child.ts";
import { freePort } from "../machine/free-port.ts";
import { residentMib } from "../machine/processes.ts";
import { CheckedSink } from "./checked-sink.ts";

export interface RegistryFigures {
  readonly services: number;
  readonly instances: number;
  readonly registrationMedianMs: number;
  readonly registrationP99Ms: number;
  /** Of the gateway's process: empty, and with everything registered and checked. */
  readonly residentBeforeMib: number;
  readonly residentMib: number;
  /** Checks in the quietest and the busiest second, compared with their mean. */
  readonly checksLowest: number;
  readonly checksHighest: number;
}

const key = "registration-key-of-the-bench-itself";
const instancesEach = 5;
const checkSeconds = 5;

/**
 * Fills a gateway on the embedded store one registration after the other, then watches a round of checks. Every instance
 * is an address of its own on the loopback network, behind which one server answers.
 */
export async function measureRegistry(services: number, children: AsyncDisposableStack): Promise<RegistryFigures> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-bench-"));
  children.defer(() => rm(folder, { recursive: true, force: true }));
  const sink = children.use(new CheckedSink());
  const port = freePort();
  const gateway = startChild(
    {
      command: [await builtExecutable()],
      environment: {
        HOST: "127.0.0.1",
        PORT: String(port),
        LOG_LEVEL: "warn",
        SECRET_KEY: secretKey,
        REGISTRATION_KEY: key,
        LEASE_SECONDS: "600",
      },
    },
    undefined,
    folder,
  );
  children.use(gateway);
  await untilReady(port);

  const residentBeforeMib = residentMib(gateway.pid);
  const tookMs: number[] = [];
  for (let service = 0; service < services; service += 1) {
    for (let instance = 1; instance <= instancesEach; instance += 1) {
      const host = `127.${instance}.${service >> 8}.${service & 255}`;
      const startedMs = performance.now();
      await register(port, { service_name: `bench_${service}_service`, host, port: sink.port });
      tookMs.push(performance.now() - startedMs);
    }
  }
  // The second check of each comes somewhere within its interval; from the third on they are where they stay.
  await Bun.sleep(checkSeconds * 1000);
  const perSecond = await sink.countEachSecond(checkSeconds);
  const mean = perSecond.reduce((sum, count) => sum + count, 0) / perSecond.length;
  const sorted = tookMs.toSorted((a, b) => a - b);
  return {
    services,
    instances: services * instancesEach,
    registrationMedianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    registrationP99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    residentBeforeMib,
    residentMib: residentMib(gateway.pid),
    checksLowest: Math.min(...perSecond) / mean,
    checksHighest: Math.max(...perSecond) / mean,
  };
}

async function register(port: number, body: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/services`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ check_interval: checkSeconds, ...body }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`registration: wanted 201, got ${response.status} ${text}`);
}

async function untilReady(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (response?.ok === true) return;
    await Bun.sleep(50);
  }
  throw new Error("the gateway did not become ready");
}
