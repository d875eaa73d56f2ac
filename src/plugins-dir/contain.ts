import type { Host, Middleware, Plugin, PluginInstance, RouteInfo } from "@isaas/gateway-sdk/plugin";
import type { GuestMetrics } from "../observe/metrics.ts";
import { SettingsError } from "../config/problem.ts";
import { checkInstance } from "./check-instance.ts";
import { containMiddleware, missing } from "./contain-middleware.ts";
import type { GuestWatch } from "./guest-watch.ts";
import { asKernel, outside } from "./outside.ts";

/** A plugin of the directory as the kernel takes it: none of its faults is more than its own. */
export function contain(watch: GuestWatch, metrics: GuestMetrics): Plugin {
  const { guest } = watch;
  const { plugin } = guest;

  /** Outside of requests whoever waits is told of the fault, with its place. */
  async function attempt<T>(part: string, call: () => T | Promise<T>): Promise<T> {
    try {
      return await guest.run(call);
    } catch (error) {
      throw error instanceof SettingsError ? error : new SettingsError([guest.problem(part, error)]);
    }
  }

  function routeOf(instance: PluginInstance, route: RouteInfo, said: unknown): Middleware | undefined {
    try {
      const middleware = instance.route?.(route, said);
      if (middleware === undefined) return undefined;
      return (next) => {
        try {
          return containMiddleware(middleware, watch)(next);
        } catch (error) {
          return unplaced(error)(next);
        }
      };
    } catch (error) {
      return unplaced(error);
    }
  }

  function factsOf(instance: PluginInstance, route: RouteInfo, said: unknown): readonly string[] {
    try {
      return (instance.explain?.(route, said) ?? []).map(String);
    } catch (error) {
      watch.note("explain", error);
      return [];
    }
  }

  function unplaced(error: unknown): Middleware {
    if (!watch.isLive) throw new SettingsError([guest.problem("route", error)]);
    watch.note("route", error);
    return missing(watch);
  }

  return {
    ...plugin,
    async setup(host, options) {
      const instance = await attempt("setup", async () =>
        checkInstance(await plugin.setup(lend(host, metrics), options)),
      );
      const { own, endpoints } = instance;
      return {
        route: (route, said) => routeOf(instance, route, said),
        explain: (route, said) => [...factsOf(instance, route, said), ...watch.facts],
        ...(own && { own: containMiddleware(own, watch) }),
        ...(endpoints && { endpoints }),
        start: () => attempt("start", () => instance.start?.()),
        ready: () => attempt("ready", () => instance.ready?.()),
        reload: () => attempt("reload", () => instance.reload?.()),
        async close() {
          // Nobody can do anything about it any more.
          await guest.run(() => instance.close?.()).catch((error: unknown) => watch.note("close", error));
          guest.dispose();
        },
      };
    },
  };
}

/** What a plugin starts through the kernel is the kernel's, and outlives the copy that asked for it. */
function lend(host: Host, { metrics }: GuestMetrics): Host {
  return {
    ...host,
    metrics: { ...metrics, render: outside(host.metrics).render },
    log: outside(host.log),
    services: outside(host.services),
    store: outside(host.store, ["table", "leases", "attempts", "buckets", "members"]),
    resolve: outside(host).resolve,
    forwarderTo(route, service) {
      const forward = host.forwarderTo(route, service);
      return forward && ((exchange) => asKernel(() => forward(exchange)));
    },
  };
}
