import { fetchProxy } from "./competitors/fetch-proxy.ts";
import { gatewayWithAccessLog, gatewayWithEmptyChain } from "./competitors/gateway.ts";
import { haproxy } from "./competitors/haproxy.ts";
import { nginx } from "./competitors/nginx.ts";
import type { Scenario } from "./scenario.ts";
import { upstreamBody } from "./servers/upstream-body.ts";

const plainGet: Scenario = {
  name: "plain GET",
  request: [
    "GET /api/v1/context/items/42?limit=10 HTTP/1.1",
    "Host: api.example.org",
    // As long as a short HS256 token, and no token: nobody here verifies it.
    `Authorization: Bearer ${"x".repeat(36)}.${"y".repeat(96)}.${"z".repeat(43)}`,
    "Accept: application/json",
    "User-Agent: gateway-bench/1.0",
    "\r\n",
  ].join("\r\n"),
  expected: { status: 200, body: upstreamBody },
  competitors: [fetchProxy, gatewayWithEmptyChain, gatewayWithAccessLog, nginx, haproxy],
  bound: { row: gatewayWithEmptyChain.name, maxRatio: 1.25 },
};

/** A further table is a further entry; a further row is a further competitor of one. */
export const scenarios: readonly Scenario[] = [plainGet];
