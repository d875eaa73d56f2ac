import type { Exchange, Handler, Middleware } from "@isaas/gateway-sdk/plugin";
import { Call } from "./call.ts";
import type { GuestWatch } from "./guest-watch.ts";

/** The same middleware, held to its contract. What it breaks hits the one request, and after some faults the plugin. */
export function containMiddleware(middleware: Middleware, watch: GuestWatch): Middleware {
  return (next) => {
    const calls = new Map<Exchange, Call>();
    const handler = middleware((exchange) => {
      const call = calls.get(exchange);
      return call === undefined ? tooLate() : call.goOn(next);
    });
    if (typeof handler !== "function") throw new TypeError(`middleware: wanted a handler, got ${typeof handler}`);

    return function contained(exchange) {
      const way = watch.state.admit();
      if (way === "off") return passOver(watch, next, exchange);
      const call = new Call(watch, exchange, way, () => calls.delete(exchange));
      calls.set(exchange, call);
      watch.enter(exchange);
      return call.run(handler);
    };
  };
}

/** The request is over, or the exchange is none. Who calls so late may well not listen to the answer. */
function tooLate(): Promise<never> {
  const refused = Promise.reject(new TypeError("next: wanted the exchange of a request that waits, got another"));
  refused.catch(() => {});
  return refused;
}

/** What stands in a chain for a plugin that could not say what to do there. */
export function missing(watch: GuestWatch): Middleware {
  return (next) => (exchange) => passOver(watch, next, exchange);
}

function passOver(watch: GuestWatch, next: Handler, exchange: Exchange): Response | Promise<Response> {
  if (watch.onFaults === "disable") return next(exchange);
  throw watch.refusal(exchange);
}
