import type { Clock, Handler } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import type { RoutePlan } from "../routing/route.ts";
import { createBalancer } from "../services/balance/create-balancer.ts";
import type { Service } from "../services/service.ts";
import { type RequestBody, takeRequestBody } from "./request-body.ts";
import { rewriteHeaders, setHost } from "./request-headers.ts";
import { rewriteAnswerHeaders } from "./response.ts";
import { breakOff, receiveAnswer } from "./receive.ts";
import { Retry } from "./retry.ts";
import { tellTimeLeft, timeAllowedMs } from "./time-left.ts";
import type { Transport } from "./transport.ts";
import { Upload } from "./upload.ts";
import {
  describeFailure,
  describeTry,
  isUnavailable,
  noInstance,
  noPlace,
  toGatewayError,
} from "./upstream-failure.ts";

export interface ForwardOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}

/** The last handler of a route's chain: sends the request to an instance of the service and brings the answer back. */
export function createForwarder(route: RoutePlan, service: Service, options: ForwardOptions): Handler {
  const { transport, clock, maxBodyBytes } = options;
  const strip = route.stripPrefix ? route.pathPrefix.length : 0;
  const balancer = createBalancer(route.balance);
  const retries = { route, service, balancer, clock };

  return async function forward(exchange: Exchange): Promise<Response> {
    if (!service.isAvailable) throw noInstance(service);
    const upload = new Upload(exchange, clock, timeAllowedMs(exchange, route.timeoutMs));
    try {
      service.retryBudget.earn(exchange.startMs);
      let { body } = exchange;
      // Another service may have had it before: then it is ready.
      if (body === undefined) {
        const taken = takeRequestBody(exchange, maxBodyBytes, upload);
        body = taken instanceof Promise ? await taken : taken;
        if (body instanceof ArrayBuffer) exchange.bytesIn = body.byteLength;
        rewriteHeaders(exchange, body !== null);
        exchange.body = body;
      }
      upload.moved();
      if (!service.line.isEmpty || !enter(exchange)) await stand(exchange);
      const response = await serve(exchange, body);
      exchange.deadlineMs = Number.POSITIVE_INFINITY;
      return response;
    } catch (cause) {
      if (!isCallersDoing(exchange, upload)) exchange.blame(describeFailure(cause, exchange));
      exchange.abort();
      throw upload.refusal ?? toGatewayError(cause, exchange, service.name);
    }
  } as Handler;

  /** Takes a place at an instance. */
  function enter(exchange: Exchange): boolean {
    const instance = service.admit(balancer, exchange);
    if (instance === undefined) return false;
    exchange.carriedBy(instance);
    return true;
  }

  /** Waits for a place. */
  async function stand(exchange: Exchange): Promise<void> {
    if (await service.line.wait(() => enter(exchange), exchange.upstreamSignal)) return;
    throw service.isAvailable ? noPlace(service) : noInstance(service);
  }

  /** Try after try, until one is good or none is to follow: what became of the last one is the outcome. */
  async function serve(exchange: Exchange, body: RequestBody): Promise<Response> {
    let retry: Retry | undefined;
    try {
      for (;;) {
        let answer: Response | undefined;
        let response: Response | undefined;
        let cause: unknown;
        try {
          answer = await send(exchange, body);
          exchange.upstreamMs = clock.monotonic() - exchange.startMs;
          rewriteAnswerHeaders(answer, service.name);
          const received = receiveAnswer(exchange, answer);
          response = received instanceof Promise ? await received : received;
        } catch (thrown) {
          // A body that streams cannot be sent twice, and may be what broke.
          if (exchange.timedOut || body instanceof ReadableStream || exchange.callerGone) throw thrown;
          cause = thrown;
        }
        if (response !== undefined && !isUnavailable(response.status)) {
          exchange.approve();
          return response;
        }
        exchange.blame(describeTry(exchange, { answer, response, cause }));
        retry ??= new Retry(retries, exchange, body);
        if (!(await retry.goOn({ answer, cause }))) {
          if (answer === undefined || cause !== undefined) throw cause;
          return response ?? breakOff(exchange, answer);
        }
        // Nobody will read it.
        if (answer?.bodyUsed === false) answer.body?.cancel().catch(() => {});
        exchange.streaming = false;
        exchange.bytesOut = 0;
      }
    } finally {
      retry?.end();
    }
  }

  function send(exchange: Exchange, body: RequestBody): Promise<Response> {
    const { method, path, query, instance } = exchange;
    const { headers } = exchange.request;
    if (instance === undefined) throw noInstance(service);
    setHost(headers, instance.authority, exchange.tries > 0);
    exchange.tries += 1;
    tellTimeLeft(headers, exchange.deadlineMs - clock.monotonic());
    const url = instance.url + (strip === 0 ? path : path.slice(strip) || "/") + query;
    return transport.send({ url, method, headers, body, signal: exchange.upstreamSignal });
  }
}

/** What went wrong is nobody's fault at the service. */
function isCallersDoing(exchange: Exchange, { refusal }: Upload): boolean {
  return refusal !== undefined || (!exchange.timedOut && exchange.callerGone);
}
