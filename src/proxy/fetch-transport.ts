import type { FetchOptions } from "@isaas/gateway-sdk/plugin";
import type { Transport, UpstreamRequest } from "./transport.ts";

/** The transport on Bun's fetch. Its limits are in docs/limits.md. */
export const fetchTransport: Transport = {
  send({ url, method, headers, body, signal }: UpstreamRequest): Promise<Response> {
    return fetch(url, {
      method,
      headers,
      body,
      signal,
      redirect: "manual",
      decompress: false,
      // Bearer tokens must not leave through an HTTP_PROXY of the environment.
      proxy: false,
      // fetch gives up after five quiet minutes; deadlines are ours, and an event stream may be quiet for longer.
      timeout: false,
    });
  },
};

/** For what the gateway itself asks: a connection of its own each time, so that nothing is kept of who was asked. */
export function fetchForGateway(url: string, options: FetchOptions): Promise<Response> {
  return fetch(url, { ...options, redirect: "manual", decompress: false, proxy: false, keepalive: false });
}
