import type { Socket } from "node:net";
import type { RouteSetting } from "../../src/config/settings.ts";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { type RawRequest, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

export type Act = (request: RawRequest, socket: Socket) => void;

export interface RetryScene extends AsyncDisposable {
  readonly gateway: InProcessGateway;
  readonly upstreams: readonly RawUpstream[];
  /** Sends a request to the route; the body is read. */
  call(init?: RequestInit): Promise<{ status: number; text: string; headers: Headers }>;
  /** Requests that came to each instance. */
  counts(): number[];
}

interface SceneOptions {
  readonly route?: Partial<RouteSetting>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One route over instances that act as told, asked in turn, from the first on. Neither limits nor circuits take part. */
export async function openScene(acts: readonly Act[], options: SceneOptions = {}): Promise<RetryScene> {
  const upstreams = await Promise.all(acts.map((act) => startRawUpstream(act)));
  const gateway = await startInProcess({
    environment: { TRY_SERVICE_URL: upstreams.map(({ url }) => url).join(","), ...options.environment },
    routes: [
      routeSetting({
        service: "try_service",
        path_prefix: "/api/v1/try",
        timeout: 5,
        rate_limit: false,
        circuit_breaker: false,
        balance: { policy: "round_robin", hash_on: "client_address" },
        ...options.route,
      }),
    ],
  });
  return {
    gateway,
    upstreams,
    async call(init = {}) {
      const answer = await fetch(`${gateway.url}/api/v1/try/x`, init);
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
    counts: () => upstreams.map(({ requests }) => requests.length),
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      for (const upstream of upstreams) upstream.close();
    },
  };
}

/** Answers with a status, a short body, and these header lines. */
export function answerWith(status: number, headers: readonly string[] = []): Act {
  const lines = [`HTTP/1.1 ${status} Told`, "Content-Type: text/plain", "Content-Length: 3", ...headers];
  return (_request, socket) => void socket.write(`${lines.join("\r\n")}\r\n\r\n${status}`);
}

/** Does the same after a while. */
export function after(ms: number, act: Act): Act {
  return (request, socket) => void setTimeout(() => act(request, socket), ms);
}

export const reset: Act = (_request, socket) => void socket.resetAndDestroy();

/** The first act for the first request, the second for the second, and the last one for all that follow. */
export function inTurn(...acts: readonly Act[]): Act {
  let count = 0;
  return (request, socket) => {
    const act = acts[Math.min(count, acts.length - 1)];
    count += 1;
    act?.(request, socket);
  };
}
