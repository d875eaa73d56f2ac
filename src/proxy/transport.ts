import type { RequestBody } from "./request-body.ts";

export interface UpstreamRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestBody;
  /** Aborting ends the request and, once the head has arrived, the body. */
  readonly signal: AbortSignal;
}

/**
 * Carries one request to an instance and brings its answer back, undecoded and with redirects not followed.
 * Rejects when there is no whole head of an answer: refused, reset, malformed or aborted.
 */
export interface Transport {
  send(request: UpstreamRequest): Promise<Response>;
}
