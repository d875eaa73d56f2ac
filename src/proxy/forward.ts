import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Handler } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import type { RoutePlan } from "../routing/route.ts";
import { type BodyWatcher, type RequestBody, takeRequestBody } from "./request-body.ts";
import { rewriteHeaders } from "./request-headers.ts";
import { bodyKindOf, brokenBody, rewriteAnswerHeaders } from "./response.ts";
import type { Instance, Service } from "../services/service.ts";
import type { Transport } from "./transport.ts";

export interface ForwardOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}

/** The last handler of a route's chain: sends the request to an instance of the service and brings the answer back. */
export function createForwarder(route: RoutePlan, service: Service, options: ForwardOptions): Handler {
  const { transport, clock, maxBodyBytes } = options;
  const { timeoutMs } = route;
  const strip = route.stripPrefix ? route.pathPrefix.length : 0;

  return async function forward(exchange: Exchange): Promise<Response> {
    if (service.instances.length === 0) throw noInstance(service.name);
    const { method } = exchange;
    const upload = new Upload(exchange, clock, timeoutMs);
    try {
      const taken = takeRequestBody(exchange, maxBodyBytes, upload);
      const body = taken instanceof Promise ? await taken : taken;
      upload.moved();
      if (body instanceof ArrayBuffer) exchange.bytesIn = body.byteLength;
      const answer = await send(exchange, body, rewriteHeaders(exchange, body !== null));
      exchange.upstreamMs = clock.monotonic() - exchange.startMs;
      rewriteAnswerHeaders(answer, service.name);
      const kind = bodyKindOf(method, answer);
      const response =
        kind === "whole" ? await takeWhole(exchange, answer) : kind === "none" ? withoutBody(method, answer) : answer;
      exchange.streaming ||= kind === "stream";
      exchange.deadlineMs = Number.POSITIVE_INFINITY;
      return response;
    } catch (cause) {
      exchange.abort();
      throw upload.refusal ?? toGatewayError(cause, exchange, service.name);
    }
  } as Handler;

  /** To one instance after another, as long as they cannot be reached: nothing of the request was sent then. */
  async function send(exchange: Exchange, body: RequestBody, headers: Headers): Promise<Response> {
    const { method, path, query } = exchange;
    const target = (strip === 0 ? path : path.slice(strip) || "/") + query;
    const unreachable: Instance[] = [];
    for (;;) {
      const instance = service.pick(unreachable);
      if (instance === undefined) throw noInstance(service.name);
      exchange.carriedBy(instance);
      try {
        return await transport.send({
          url: instance.url + target,
          method,
          headers,
          body,
          signal: exchange.upstreamSignal,
        });
      } catch (cause) {
        unreachable.push(instance);
        const isLast = unreachable.length === service.instances.length;
        if (isLast || !isUnreachable(cause) || body instanceof ReadableStream) throw cause;
      }
    }
  }
}

const unreachableCodes: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

function isUnreachable(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && unreachableCodes.has(cause.code);
}

/** Keeps the deadline while a request's body is on its way. */
class Upload implements BodyWatcher {
  refusal: GatewayError | undefined;
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(exchange: Exchange, clock: Clock, timeoutMs: number) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  waiting(): void {
    this.#exchange.deadlineMs = Number.POSITIVE_INFINITY;
  }

  moved(): void {
    this.#exchange.deadlineMs = this.#clock.monotonic() + this.#timeoutMs;
  }

  tooLarge(error: GatewayError): void {
    this.refusal = error;
    this.#exchange.abort();
  }
}

/** Bun gives an answer to HEAD without a known length the length 0; behind a stream it has none, as it should. */
function withoutBody(method: string, answer: Response): Response {
  const isUnknown = method === "HEAD" && !answer.headers.has("content-length");
  return new Response(isUnknown ? emptyStream() : null, answer);
}

/** Closes when it is read, not before: an empty body is known to be empty otherwise. */
function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (stream) => stream.close() }, { highWaterMark: 0 });
}

async function takeWhole(exchange: Exchange, answer: Response): Promise<Response> {
  try {
    const bytes = await answer.arrayBuffer();
    exchange.bytesOut = bytes.byteLength;
    return new Response(bytes, answer);
  } catch (cause) {
    if (exchange.timedOut) throw cause;
    // The head said that all is well and the body broke off: so does ours.
    exchange.streaming = true;
    return new Response(brokenBody(), answer);
  }
}

function noInstance(service: string): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "No instance of the service is available.",
    details: { service, last_check: null },
    headers: { "retry-after": "5" },
  });
}

function toGatewayError(cause: unknown, exchange: Exchange, service: string): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (exchange.timedOut) {
    return new GatewayError("UPSTREAM_TIMEOUT", {
      message: "The service did not answer in time.",
      details: { service },
      cause,
    });
  }
  return new GatewayError("UPSTREAM_ERROR", {
    message: "The service could not be reached or broke off.",
    details: { service },
    cause,
  });
}
