import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { asAdmin } from "../support/token.ts";
import { waitFor } from "../support/wait-for.ts";

/** Two gateways on one Redis, and an open service behind both. */
export interface TwoGateways {
  readonly redis: RedisServer;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  /** So many requests at once, in turn to each; how often each status came, and the longest wait. */
  burst(
    count: number,
    headers?: Record<string, string>,
  ): Promise<{ statuses: Record<number, number>; longestMs: number }>;
  /** Whether every gateway counts in Redis. */
  isShared(): Promise<boolean>;
  stop(): Promise<void>;
}

/** `limits` is what the route says; each value of the header X-Bucket has a bucket of its own. */
export async function startTwoGateways({
  limits = {},
  settings = {},
}: { readonly limits?: object; readonly settings?: object } = {}): Promise<TwoGateways> {
  const upstream = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
  const redis = await startRedis();
  const directory = mkdtempSync(join(tmpdir(), "limits-"));
  const config = join(directory, "gateway.json");
  const rules = [{ name: "few", per_second: 0.001, burst: 100, per: ["header:X-Bucket"] }];
  const route = { service: "a_service", path_prefix: "/api/v1/a", auth_required: false, limits: { rules, ...limits } };
  writeFileSync(config, JSON.stringify({ a_service_url: upstream.url.origin, routes: [route], ...settings }));
  const start = (): Promise<GatewayProcess> => startGateway({ REDIS_URL: redis.url, CONFIG: config });
  const gateways = [await start(), await start()] as const;

  const ask = async (headers: Record<string, string>, index: number) => {
    const startMs = performance.now();
    const answer = await fetch(`${gateways[index % 2 === 0 ? 0 : 1].url}/api/v1/a`, { headers });
    await answer.text();
    return { status: answer.status, ms: performance.now() - startMs };
  };
  const isShared = async (): Promise<boolean> => {
    const states = await Promise.all(
      gateways.map(async ({ url }) => {
        const answer = await fetch(`${url}/health`);
        return ((await answer.json()) as { status: string }).status;
      }),
    );
    return states.every((state) => state === "healthy");
  };
  await waitFor("both gateways to be well", isShared);
  return {
    redis,
    gateways,
    async burst(count, headers = {}) {
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => ask(headers, index)));
      const statuses: Record<number, number> = {};
      for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
      return { statuses, longestMs: Math.max(...answers.map(({ ms }) => ms)) };
    },
    isShared,
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all([redis.stop(), upstream.stop(true)]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function limitsState(gateway: GatewayProcess): Promise<{ kind: string; state: string }> {
  const answer = await fetch(`${gateway.url}/api/v1/rate-limits`, { headers: asAdmin() });
  return ((await answer.json()) as { store: { kind: string; state: string } }).store;
}
