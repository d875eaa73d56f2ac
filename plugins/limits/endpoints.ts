import { demandScope } from "@isaas/gateway-sdk/demand-scope";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Host } from "@isaas/gateway-sdk/plugin";
import { type BusyBucket, StoreAwayError } from "@isaas/gateway-sdk/store";
import { type AnyElysia, Elysia, t } from "elysia";
import type { Rule } from "./rule.ts";

export interface EndpointsOptions {
  readonly host: Host;
  readonly mode: "exact" | "leased";
  readonly shadow: boolean;
  /** Those of the settings, and those that stand on routes of live services. */
  readonly rules: () => readonly Rule[];
  /** Whether this gateway counts on its own because the shared store is away. */
  readonly isAlone: () => boolean;
  readonly busiest: (count: number) => Promise<readonly BusyBucket[]>;
  /** The rule of a bucket, where it is known. */
  readonly ruleOf: (key: string) => string | undefined;
  /** False: there was nothing to free. */
  readonly free: (key: string) => Promise<boolean>;
}

const shown = 20;
const security: Record<string, string[]>[] = [{ bearer: [] }];

/** What is limited and who is near a limit, for admins; nobody's name is in it. */
export function createEndpoints({ host, mode, shadow, rules, ...limits }: EndpointsOptions): AnyElysia {
  const path = `${host.apiPrefix}/rate-limits`;
  return new Elysia({ name: "limits", detail: { tags: ["Rate limits"], security } })
    .get(
      path,
      async ({ request, set }) => {
        demandScope(host.exchangeOf(request), "admin");
        set.headers["cache-control"] = "no-store";
        const busiest = await limits.busiest(shown).catch(refuseAway);
        return {
          mode,
          shadow,
          store: { kind: host.store.kind, state: limits.isAlone() ? ("away" as const) : ("available" as const) },
          rules: rules().map(describeRule),
          busiest: busiest.map(({ key, used, fullMs }) => ({
            key,
            rule: limits.ruleOf(key) ?? null,
            used: Math.round(used * 1000) / 1000,
            full_at: new Date(host.clock.now() + fullMs).toISOString(),
          })),
        };
      },
      {
        detail: {
          summary: "Limits, and the busiest of those they count",
          description: "Needs scope `admin`. `key` is a keyed hash of a caller; `used` the share of its burst, 0 to 1.",
        },
      },
    )
    .delete(
      `${path}/:key`,
      async ({ request, params, status }) => {
        demandScope(host.exchangeOf(request), "admin");
        if (await limits.free(params.key).catch(refuseAway)) return status(204, undefined);
        throw new GatewayError("NOT_FOUND", { message: "Nothing is counted under this key." });
      },
      {
        params: t.Object({ key: t.String({ pattern: "^[0-9a-f]{16}$", description: "A key from the list" }) }),
        detail: {
          summary: "Free one caller",
          description: "Needs scope `admin`. The bucket is full again: 204. 404: it was.",
        },
      },
    );
}

function describeRule(rule: Rule): Record<string, unknown> {
  return {
    name: rule.name,
    per_second: rule.ratePerSecond,
    burst: rule.burst,
    per: rule.per,
    ...(rule.scopes === undefined ? {} : { scopes: rule.scopes }),
    ...(rule.unlessScopes.length === 0 ? {} : { unless_scopes: rule.unlessScopes }),
    ...(rule.services === undefined ? {} : { services: rule.services }),
    ...(rule.owner === undefined ? {} : { services: [rule.owner] }),
  };
}

function refuseAway(error: unknown): never {
  if (!(error instanceof StoreAwayError)) throw error;
  throw new GatewayError("SERVICE_UNAVAILABLE", {
    message: "The shared store is away.",
    headers: { "retry-after": "1" },
    cause: error.cause,
  });
}
