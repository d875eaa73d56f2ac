import type { Exchange, RouteInfo } from "@isaas/gateway-sdk/plugin";

/** An exchange as plugins see it, and what they set on it for the service. */
export interface TestExchange {
  readonly exchange: Exchange;
  readonly upstream: Readonly<Record<string, string | undefined>>;
}

export const route: RouteInfo = {
  pathPrefix: "/api/v1/echo",
  methods: ["GET", "POST"],
  service: "echo_service",
  stripPrefix: true,
  timeoutMs: 1000,
  policies: new Set(["auth_required"]),
};

export function newExchange(headers: Record<string, string> = {}, method = "GET"): TestExchange {
  const upstream: Record<string, string | undefined> = {};
  const request = new Request("http://gateway/api/v1/echo", { method, headers });
  const exchange: Exchange = {
    request,
    method,
    path: "/api/v1/echo",
    query: "",
    route,
    requestId: "r",
    clientAddress: "192.0.2.1",
    signal: request.signal,
    principal: undefined,
    identityFailure: undefined,
    setUpstreamHeader: (name, value) => void (upstream[name] = value),
    instanceId: undefined,
    blame() {},
    onBroken() {},
    setHeader() {},
  };
  return { exchange, upstream };
}
