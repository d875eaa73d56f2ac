import type { Server } from "bun";
import type { Drain } from "./drain.ts";
import type { RequestHandler } from "./handler.ts";
import { idleSeconds } from "./idle.ts";
import { renderError, toGatewayError } from "./render-error.ts";

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Waits for the requests in flight, at most so long; then cuts off what is left. */
  stop(longestMs: number): Promise<void>;
}

export function openListener(handle: RequestHandler, drain: Drain, host: string, port: number): Listener {
  const server: Server<undefined> = Bun.serve({
    hostname: host,
    port,
    reusePort: false,
    development: false,
    idleTimeout: idleSeconds,
    // Larger bodies are refused by the request body's own limit, with an answer that says so.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: handle,
    error: (thrown) => renderError(toGatewayError(thrown), Bun.randomUUIDv7(), null),
  });
  return {
    url: server.url.origin,
    port: server.port ?? port,
    async stop(longestMs) {
      const started = performance.now();
      let stopped: Promise<void> | undefined;
      await drain.closePort(longestMs, () => {
        stopped = server.stop();
      });
      const left = longestMs - (performance.now() - started);
      await Promise.race([stopped, Bun.sleep(Math.max(left, 0))]);
      await server.stop(true);
    },
  };
}
