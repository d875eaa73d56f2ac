import type { Principal, RouteInfo } from "@isaas/gateway-sdk/plugin";

const readOnly: readonly string[] = ["read"];
const writing: readonly string[] = ["write"];

/** What a caller of a route needs, by method: the route's own scopes, else `read` or `write`. */
export function requiredScopes({ scopes }: RouteInfo, method: string): readonly string[] {
  return scopes ?? (method === "GET" || method === "HEAD" ? readOnly : writing);
}

/** All of them are needed. `admin` stands for `read` and `write`, and for nothing else. */
export function hasScopes({ scopes }: Principal, required: readonly string[]): boolean {
  for (const scope of required) {
    if (scopes.includes(scope)) continue;
    if ((scope === "read" || scope === "write") && scopes.includes("admin")) continue;
    return false;
  }
  return true;
}
