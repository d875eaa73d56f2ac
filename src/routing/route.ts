import type { BalanceOptions } from "@isaas/gateway-sdk/contract";
import type { ChainStep, Handler, RouteInfo } from "@isaas/gateway-sdk/plugin";
import type { Service } from "../services/service.ts";

/** What is planned before a chain is made: everything a route says of itself. */
export interface RoutePlan extends RouteInfo {
  /** How often a request is sent again after its first try has failed. */
  readonly retries: number;
  /** Whether that holds for POST and PATCH as well. */
  readonly retryUnsafe: boolean;
  /** How its requests are spread over the instances. */
  readonly balance: BalanceOptions;
  /** What the route says to plugins, by plugin name. */
  readonly plugins: Readonly<Record<string, unknown>>;
}

/** A plugin's place in a chain, and what it tells of itself when it is asked. */
export interface Step extends Omit<ChainStep, "facts"> {
  readonly explain?: () => readonly string[];
}

/** A live route: its plan, its service and the chain that answers for it. */
export interface Route extends RoutePlan {
  readonly target: Service;
  readonly steps: readonly Step[];
  readonly chain: Handler;
}

/** What answers at a prefix: a route's chain, or the gateway's own endpoints behind theirs. */
export type Destination = Route | { readonly pathPrefix: string; readonly methods: undefined; readonly chain: Handler };

export function isRoute(destination: Destination): destination is Route {
  return destination.methods !== undefined;
}
