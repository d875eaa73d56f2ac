import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Handler } from "@isaas/gateway-sdk/plugin";
import type { Server } from "bun";
import type { AccessLog } from "../observe/access-log.ts";
import { describeError } from "../observe/describe-error.ts";
import type { RootLog } from "../observe/logger.ts";
import { toRequestId } from "../observe/request-id.ts";
import { toTraceparent } from "../observe/trace-context.ts";
import { Exchange, type Outcome } from "../pipeline/exchange.ts";
import type { InFlight } from "../pipeline/in-flight.ts";
import { PluginFault } from "../pipeline/plugin-fault.ts";
import { clientAddressOf, toPlainAddress } from "../proxy/client-address.ts";
import { trackBody } from "../proxy/track-body.ts";
import type { TrustedProxies } from "../proxy/trusted-proxies.ts";
import { type Destination, isRoute } from "../routing/route.ts";
import type { RouteTable } from "../routing/table.ts";
import type { Drain } from "./drain.ts";
import { admit } from "./gate.ts";
import { idleSeconds, longestIdleSeconds } from "./idle.ts";
import { renderError, toGatewayError } from "./render-error.ts";

export interface HandlerOptions {
  readonly table: RouteTable<Destination>;
  /** Puts the plugins that take part in the gateway's own answers around a handler. */
  readonly throughOwn: (last: Handler) => Handler;
  readonly inFlight: InFlight;
  readonly trustedProxies: TrustedProxies;
  readonly maxBodyBytes: number;
  readonly writeAccess: AccessLog;
  readonly log: RootLog;
  readonly clock: Clock;
  readonly drain: Drain;
}

export type RequestHandler = (request: Request, server: Server<undefined>) => Promise<Response>;

/** The way of every request: gate, match, chain or endpoint, and one answer at the end, whatever happens between. */
export function createHandler(options: HandlerOptions): RequestHandler {
  const { table, inFlight, trustedProxies, maxBodyBytes, writeAccess, log, clock, drain } = options;

  // Where nothing is served the answer is the gateway's own: its plugins take part, so that a page may read it (CORS).
  const refuseUnserved = options.throughOwn(({ request, path }) => {
    throw notServed(table.match(methodOf(request), path).allow);
  });

  return async function handle(request, server) {
    let exchange: Exchange | undefined;
    let response: Response;
    try {
      const { path, query } = admit(request);
      exchange = open(request, server, path, query);
      response = await dispatch(exchange, server);
    } catch (thrown) {
      exchange ??= open(request, server, "", "");
      response = refuse(exchange, thrown);
    }
    if (drain.held !== undefined) await drain.held;
    try {
      return seal(exchange, response, server);
    } catch (thrown) {
      // What a plugin gave cannot be sent: no Response, or a header that is none. The exchange must end all the same.
      exchange.forgetHeaders();
      return seal(exchange, refuse(exchange, thrown), server);
    }
  };

  function open(request: Request, server: Server<undefined>, path: string, query: string): Exchange {
    const { headers } = request;
    const peerAddress = toPlainAddress(server.requestIP(request)?.address ?? "");
    const peerTrusted = trustedProxies.includes(peerAddress);
    return new Exchange({
      request,
      path,
      query,
      requestId: toRequestId(headers.get("x-request-id")),
      traceparent: toTraceparent(headers.get("traceparent")),
      clientAddress: peerTrusted
        ? clientAddressOf(peerAddress, headers.get("x-forwarded-for"), trustedProxies)
        : peerAddress,
      peerAddress,
      peerTrusted,
      startMs: clock.monotonic(),
    });
  }

  function dispatch(exchange: Exchange, server: Server<undefined>): Response | Promise<Response> {
    const { request, path } = exchange;
    const method = methodOf(request);
    const { entry } = table.match(method, path);
    if (entry === undefined) return refuseUnserved(exchange);
    if (!isRoute(entry)) return entry.chain(exchange);
    exchange.route = entry;
    if (method === "WEBSOCKET") throw notBridged(entry.service);
    inFlight.add(exchange);
    // Bun cuts a connection that is idle for longer, without an answer; our own deadline answers 504.
    if (entry.timeoutMs > idleSeconds * 500) server.timeout(request, hasBody(request) ? longestIdleSeconds : 0);
    return entry.chain(exchange);
  }

  function refuse(exchange: Exchange, thrown: unknown): Response {
    const error = toGatewayError(thrown);
    exchange.errorCode = error.code;
    if (error.code === "INTERNAL_ERROR" && !(error instanceof PluginFault)) {
      log.error(
        { request_id: exchange.requestId, err: describeError(error.cause) },
        "a request failed inside the gateway",
      );
    } else if (error.cause !== undefined) {
      log.debug({ request_id: exchange.requestId, err: describeError(error.cause) }, error.message);
    }
    // What the service was about to send is not wanted any more.
    if (exchange.streaming) exchange.abort();
    exchange.streaming = false;
    const { headers } = exchange.request;
    const response = renderError(error, exchange.requestId, headers.get("accept"));
    // Nobody reads a body that belongs to no service: the connection ends rather than swallow it.
    if (headers.has("transfer-encoding") || Number(headers.get("content-length")) > maxBodyBytes) {
      response.headers.set("connection", "close");
    }
    exchange.bytesOut = exchange.method === "HEAD" ? 0 : Number(response.headers.get("content-length"));
    return response;
  }

  function seal(exchange: Exchange, response: Response, server: Server<undefined>): Response {
    const { headers } = response;
    exchange.settle();
    exchange.applyHeaders(headers);
    headers.set("x-request-id", exchange.requestId);
    if (drain.isDraining) headers.set("connection", "close");
    const body = exchange.streaming ? response.body : null;
    if (body === null) {
      // Only an error may have come because the caller left; asking costs too much otherwise.
      const gone = exchange.errorCode !== undefined && exchange.callerGone;
      end(exchange, server, gone ? callerLeft : response.status, gone ? "client_gone" : "answered");
      return response;
    }
    // From here the caller is watched by whether it reads.
    inFlight.delete(exchange);
    const events = isEventStream(response);
    // An event stream may be quiet for as long as it likes.
    server.timeout(exchange.request, events ? 0 : longestIdleSeconds);
    const tracked = trackBody(body, exchange, events && !response.headers.has("content-encoding"), (ended, outcome) =>
      end(ended, server, response.status, outcome),
    );
    return new Response(tracked, response);
  }

  function end(exchange: Exchange, server: Server<undefined>, status: number, outcome: Outcome): void {
    if (exchange.ended) return;
    exchange.ended = true;
    // The connection goes on, and what was allowed to this request is not to the next.
    const { routeOrNone: route } = exchange;
    if (exchange.streaming || (route !== undefined && route.timeoutMs > idleSeconds * 500)) {
      server.timeout(exchange.request, idleSeconds);
    }
    inFlight.delete(exchange);
    if (outcome === "upstream_broken") exchange.broke();
    else if (outcome === "answered") exchange.complete();
    exchange.carriedBy(undefined);
    // What a plugin left unread of the service's answer is not wanted any more.
    if (exchange.streaming) exchange.abort();
    exchange.release();
    writeAccess(exchange, status, outcome);
  }
}

/** The status that the log gives a request whose caller left before it was answered, as nginx has it. */
const callerLeft = 499;

function isEventStream({ headers }: Response): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(headers.get("content-type") ?? "");
}

function hasBody({ headers }: Request): boolean {
  return headers.has("content-length") || headers.has("transfer-encoding");
}

/** The method to match by. */
function methodOf(request: Request): string {
  const { method, headers } = request;
  if (method === "GET") return headers.get("upgrade")?.toLowerCase() === "websocket" ? "WEBSOCKET" : method;
  // A CORS preflight asks for another method, and it is that one's route that answers.
  return method === "OPTIONS" && headers.has("origin")
    ? (headers.get("access-control-request-method") ?? method)
    : method;
}

function notBridged(service: string): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "This version does not bridge WebSockets yet.",
    details: { service, last_check: null },
  });
}

function notServed(allow: readonly string[] | undefined): GatewayError {
  if (allow === undefined) return new GatewayError("NOT_FOUND", { message: "No route serves this path." });
  return new GatewayError("METHOD_NOT_ALLOWED", {
    message: "The route does not serve this method.",
    headers: { allow: allow.join(", ") },
  });
}
