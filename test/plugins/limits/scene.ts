import type { RouteSetting } from "../../../src/config/settings.ts";
import { type InProcessGateway, routeSetting, startInProcess } from "../../support/in-process.ts";
import { signToken } from "../../support/token.ts";

/** So slow that no token grows while a test runs. */
export const hardlyAny = 0.001;

/** The defaults of what a route may say. */
export const plain = { cost: 1, shadow: false, when_store_fails: "local" } as const;

export interface Scene {
  readonly gateway: InProcessGateway;
  /** Asks for a path below `/api/v1/a`, which is the service's. */
  get(path?: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Response>;
  /** Statuses of so many requests at once, and how often each came. */
  burst(count: number, headers?: Readonly<Record<string, string>>, path?: string): Promise<Record<number, number>>;
  stop(): Promise<void>;
}

export interface SceneOptions {
  /** What the route says to the limits. */
  readonly limits?: object;
  readonly route?: Partial<RouteSetting>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Routes beside it. */
  readonly more?: readonly RouteSetting[];
  readonly service?: (request: Request) => Response;
}

/** A gateway with one open route at /api/v1/a and a service behind it. */
export async function startScene({
  limits,
  route,
  environment,
  service,
  more = [],
}: SceneOptions = {}): Promise<Scene> {
  const upstream = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: service ?? (() => new Response("hello")) });
  const gateway = await startInProcess({
    environment: {
      A_SERVICE_URL: upstream.url.origin,
      RATE_LIMIT_PER_SECOND: "1",
      RATE_LIMIT_BURST: "20",
      ...environment,
    },
    routes: [
      routeSetting({
        service: "a_service",
        path_prefix: "/api/v1/a",
        ...route,
        plugins: limits === undefined ? {} : { limits: { ...plain, ...limits } },
      }),
      ...more,
    ],
  });
  const get: Scene["get"] = (path = "/api/v1/a", headers = {}, method = "GET") =>
    fetch(`${gateway.url}${path}`, { method, headers });
  return {
    gateway,
    get,
    async burst(count, headers, path) {
      const statuses: Record<number, number> = {};
      for (const answer of await Promise.all(Array.from({ length: count }, () => get(path, headers)))) {
        await answer.text();
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      }
      return statuses;
    },
    async stop() {
      await gateway.stop();
      await upstream.stop(true);
    },
  };
}

export function bearer(sub: string, more: object = {}): { readonly authorization: string } {
  return { authorization: `Bearer ${signToken({ sub, ...more })}` };
}

/** A rule that lets so many through and then, for as long as a test runs, nobody. */
export function rule(burst: number, more: object = {}): object {
  return { name: "few", per_second: hardlyAny, burst, per: ["caller"], ...more };
}
