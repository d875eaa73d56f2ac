import { policies } from "@isaas/gateway-sdk/contract";
import type { Clock, Explanation, Handler, Host, Plugin } from "@isaas/gateway-sdk/plugin";
import { SettingsError } from "./config/problem.ts";
import type { Settings } from "./config/settings.ts";
import { createAccessLog } from "./observe/access-log.ts";
import type { RootLog } from "./observe/logger.ts";
import { compileChain } from "./pipeline/chain.ts";
import { InFlight } from "./pipeline/in-flight.ts";
import { PluginHost } from "./pipeline/plugin-host.ts";
import { createForwarder } from "./proxy/forward.ts";
import { Service } from "./services/service.ts";
import { fetchTransport } from "./proxy/fetch-transport.ts";
import { explainRequest } from "./routing/explain.ts";
import { planRoutes } from "./routing/plan.ts";
import type { Destination, Route } from "./routing/route.ts";
import { RouteTable } from "./routing/table.ts";
import { Application } from "./server/application.ts";
import { Drain } from "./server/drain.ts";
import { createHandler } from "./server/handler.ts";
import { type Listener, openListener } from "./server/listener.ts";

export interface GatewayOptions {
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  readonly log: RootLog;
  readonly clock: Clock;
  readonly version: string;
}

export interface Gateway {
  readonly routes: readonly Route[];
  explain(method: string, path: string): Explanation;
  /** Opens the port. Rejects when it is taken. */
  listen(): Promise<Listener>;
  /** Not ready at once; in-flight requests finish, at most for the drain time; then everything is closed. */
  drain(): Promise<void>;
  /** Closes plugins and timers. Safe to call more than once. */
  close(): Promise<void>;
}

/**
 * Puts settings and plugins together. Throws a SettingsError when the routes do not fit each other.
 * Whatever it throws, the plugins that were set up are closed by then.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const host = new PluginHost();
  try {
    return await compose(options, host);
  } catch (error) {
    await host.close().catch(() => {});
    throw error;
  }
}

async function compose(options: GatewayOptions, host: PluginHost): Promise<Gateway> {
  const { settings, plugins, log, clock, version } = options;
  const missing = new Set(["listener"]);
  const table = new RouteTable<Destination>();
  const explain = (method: string, path: string): Explanation => explainRequest(table, enforced, method, path);
  const enforced = new Set(plugins.flatMap((plugin) => plugin.enforces ?? []));

  const toHost = (plugin: Plugin): Host => ({
    log: log.child({ plugin: plugin.name }),
    clock,
    version,
    debug: settings.debug,
    apiPrefix: settings.apiPrefix,
    missing: () => [...missing],
    explain,
  });
  await host.setUp(plugins, toHost, settings.plugins);

  const application = new Application(host.loaded.map(({ instance }) => instance));
  const { routes: plans, problems } = planRoutes(settings, application.prefixes);
  if (problems.length > 0) throw new SettingsError(problems);
  const services = new Map(settings.services.map(({ name, urls }) => [name, new Service(name, urls)]));
  const routes = plans.map((plan): Route => {
    const target = services.get(plan.service) ?? new Service(plan.service, []);
    services.set(plan.service, target);
    const forward = createForwarder(plan, target, {
      transport: fetchTransport,
      clock,
      maxBodyBytes: settings.maxBodyBytes,
    });
    return { ...plan, target, ...compileChain(plan, host.loaded, forward) };
  });
  for (const route of routes) table.add(route);
  const own = host.loaded.map(({ instance }) => instance.own).filter((middleware) => middleware !== undefined);
  const throughOwn = (last: Handler): Handler => own.reduceRight((next, middleware) => middleware(next), last);
  const ownChain = throughOwn(application.answer);
  for (const pathPrefix of application.prefixes) table.add({ pathPrefix, methods: undefined, chain: ownChain });

  const inFlight = new InFlight(clock);
  const drain = new Drain();
  const handle = createHandler({
    ...settings,
    table,
    throughOwn,
    inFlight,
    writeAccess: createAccessLog(log, clock),
    log,
    clock,
    drain,
  });
  let listener: Listener | undefined;

  const close = async (): Promise<void> => {
    inFlight.close();
    await host.close();
  };
  return {
    routes,
    explain,
    async listen() {
      warnUnenforced(routes, enforced, log);
      listener = openListener(handle, drain, settings.host, settings.port);
      try {
        await host.ready();
      } catch (error) {
        await listener.stop(0);
        throw error;
      }
      missing.delete("listener");
      return listener;
    },
    async drain() {
      missing.add("draining");
      drain.start();
      await listener?.stop(settings.drainMs);
      await close();
    },
    close,
  };
}

/** A guard that a route asks for and nobody stands must at least not be silently absent. */
function warnUnenforced(routes: readonly Route[], enforced: ReadonlySet<string>, log: RootLog): void {
  const open = policies.filter((policy) => !enforced.has(policy) && routes.some((route) => route.policies.has(policy)));
  if (open.length > 0) {
    log.warn(
      { not_enforced: open },
      `routes ask for policies that this version does not enforce yet: ${open.join(", ")}`,
    );
  }
}
