import { insufficientScope } from "@isaas/gateway-sdk/demand-scope";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange, Handler, Middleware, Principal, RouteInfo } from "@isaas/gateway-sdk/plugin";
import { unauthorized } from "./bearer-error.ts";
import type { Identify } from "./identity.ts";
import type { AuthRouteOptions } from "./options.ts";
import { hasScopes, requiredScopes } from "./required-scopes.ts";
import { hideCredentials, tellService } from "./upstream-identity.ts";

/** A signed word about the caller for one service. */
export type Assert = (principal: Principal, service: string) => string | Promise<string>;

/** Stands before a route that wants a token: nobody passes unknown, or without the scopes. */
export function createGuard(
  route: RouteInfo,
  { forward_token: forwardToken, assertion }: AuthRouteOptions,
  identify: Identify,
  assert: Assert,
): Middleware {
  return (next) => {
    const admit = assertion ? assertThen(next) : next;
    return function auth(exchange) {
      const caller = identify(exchange);
      return caller instanceof Promise
        ? caller.then((principal) => pass(exchange, principal, admit))
        : pass(exchange, caller, admit);
    };
  };

  function pass(exchange: Exchange, principal: Principal | undefined, next: Handler): Response | Promise<Response> {
    if (principal === undefined) throw unauthorized("missing");
    const required = requiredScopes(route, exchange.method);
    if (!hasScopes(principal, required)) throw insufficientScope(required);
    exchange.principal = principal;
    tellService(exchange, principal, forwardToken);
    return next(exchange);
  }

  function assertThen(next: Handler): Handler {
    return async (exchange) => {
      if (exchange.principal === undefined) throw unauthorized("missing");
      exchange.setUpstreamHeader("x-authenticated-assertion", await assert(exchange.principal, route.service));
      return next(exchange);
    };
  }
}

/** Where no token is wanted nobody is asked for one; what callers send all the same does not reach the service. */
export function createOpenDoor({ forward_token: forwardToken }: AuthRouteOptions): Middleware {
  return (next) =>
    function auth(exchange) {
      hideCredentials(exchange, forwardToken);
      return next(exchange);
    };
}

/** For the gateway's own endpoints: says who is calling, and leaves it to each whether that matters. */
export function createIntroduction(identify: Identify): Middleware {
  return (next) =>
    async function auth(exchange) {
      try {
        exchange.principal = await identify(exchange);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        exchange.identityFailure = error;
      }
      return next(exchange);
    };
}
