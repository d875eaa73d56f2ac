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
