import type { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Handler } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import type { RoutePlan } from "../routing/route.ts";
import { type BodyWatcher, type RequestBody, takeRequestBody } from "./request-body.ts";
import { rewriteHeaders, setHost } from "./request-headers.ts";
import { bodyKindOf, brokenBody, rewriteAnswerHeaders } from "./response.ts";
import { createBalancer } from "../services/balance/create-balancer.ts";
import type { Instance } from "../services/instance.ts";
import type { Service } from "../services/service.ts";
import type { Transport } from "./transport.ts";
import { describeFailure, isUnreachable, noInstance, toGatewayError } from "./upstream-failure.ts";

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

  const balancer = createBalancer(route.balance);

  return async function forward(exchange: Exchange): Promise<Response> {
    if (!service.isAvailable) throw noInstance(service);
    const upload = new Upload(exchange, clock, timeoutMs);
    try {
      const taken = takeRequestBody(exchange, maxBodyBytes, upload);
      const body = taken instanceof Promise ? await taken : taken;
      upload.moved();
      if (body instanceof ArrayBuffer) exchange.bytesIn = body.byteLength;
      const answer = await send(exchange, body, rewriteHeaders(exchange, body !== null));
      exchange.upstreamMs = clock.monotonic() - exchange.startMs;
      rewriteAnswerHeaders(answer, service.name);
      const response = await receive(exchange, answer);
      exchange.deadlineMs = Number.POSITIVE_INFINITY;
      return response;
    } catch (cause) {
      const isCallersDoing = upload.refusal !== undefined || (!exchange.timedOut && exchange.callerGone);
      if (!isCallersDoing) exchange.blame(describeFailure(cause, exchange));
      exchange.abort();
      throw upload.refusal ?? toGatewayError(cause, exchange, service.name);
    }
  } as Handler;

  /** To one instance after another, as long as they cannot be reached: nothing of the request was sent then. */
  async function send(exchange: Exchange, body: RequestBody, headers: Headers): Promise<Response> {
    const { method, path, query } = exchange;
    const target = (strip === 0 ? path : path.slice(strip) || "/") + query;
    const unreachable: Instance[] = [];
    let instance = service.pick(balancer, exchange, unreachable);
    if (instance === undefined) throw noInstance(service);
    for (;;) {
      exchange.carriedBy(instance);
      setHost(headers, instance.authority);
      try {
        return await transport.send({
          url: instance.url + target,
          method,
          headers,
          body,
          signal: exchange.upstreamSignal,
        });
      } catch (cause) {
        if (!isUnreachable(cause) || body instanceof ReadableStream) throw cause;
        unreachable.push(instance);
        const next = service.pick(balancer, exchange, unreachable);
        if (next === undefined) throw cause;
        exchange.blame(describeFailure(cause, exchange));
        instance = next;
      }
    }
  }

  /** The answer as it goes on. The instance has done its part with a whole small body, or with the head of a longer one. */
  async function receive(exchange: Exchange, answer: Response): Promise<Response> {
    const { method } = exchange;
    const kind = bodyKindOf(method, answer);
    const whole = kind === "whole" ? await takeWhole(exchange, answer) : undefined;
    // The head said that all is well and the body broke off: so does ours. Whoever sees it break blames the instance.
    const isBroken = kind === "whole" && whole === undefined;
    exchange.streaming ||= kind === "stream" || isBroken;
    if (isBroken) return new Response(brokenBody(), answer);
    judge(exchange, answer.status);
    if (kind === "stream") return answer;
    return whole === undefined ? withoutBody(method, answer) : new Response(whole, answer);
  }

  /** What an instance answers is the caller's business, unless it says that it cannot serve. */
  function judge(exchange: Exchange, status: number): void {
    if (status >= 502 && status <= 504) exchange.blame(`answered ${status}`);
    else if (exchange.instance !== undefined) service.succeeded(exchange.instance);
  }
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

/** Undefined when the service broke off. */
async function takeWhole(exchange: Exchange, answer: Response): Promise<ArrayBuffer | undefined> {
  try {
    const bytes = await answer.arrayBuffer();
    exchange.bytesOut = bytes.byteLength;
    return bytes;
  } catch (cause) {
    if (exchange.timedOut) throw cause;
    return undefined;
  }
}
