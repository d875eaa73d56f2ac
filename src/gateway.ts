import type { Clock, Explanation, Handler, Host, Plugin } from "@isaas/gateway-sdk/plugin";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { createRouteSchema } from "./config/compose-schema.ts";
import { readPluginFile } from "./config/plugin-file.ts";
import { routeProblems } from "./config/plugin-problems.ts";
import { type SettingProblem, SettingsError } from "./config/problem.ts";
import type { Settings } from "./config/settings.ts";
import { watchFile } from "./config/watch-file.ts";
import { createAccessLog } from "./observe/access-log.ts";
import { createMetrics } from "./observe/metrics.ts";
import type { RootLog } from "./observe/logger.ts";
import { compileChain } from "./pipeline/chain.ts";
import type { Exchange } from "./pipeline/exchange.ts";
import { InFlight } from "./pipeline/in-flight.ts";
import { OwnChain } from "./pipeline/own-chain.ts";
import { PluginHost } from "./pipeline/plugin-host.ts";
import type { LoadResult } from "./plugins-dir/fault-board.ts";
import { GuestBook } from "./plugins-dir/guest-book.ts";
import type { Guest } from "./plugins-dir/guest.ts";
import { type Change, type OptionsOf, swapGuest } from "./plugins-dir/swap.ts";
import { createForwarder } from "./proxy/forward.ts";
import { fetchForGateway, fetchTransport } from "./proxy/fetch-transport.ts";
import { createDetours } from "./routing/detour.ts";
import { Directory } from "./routing/directory.ts";
import { explainRequest } from "./routing/explain.ts";
import { furnishDirectory } from "./routing/furnish-directory.ts";
import { OwnPrefixes } from "./routing/own-prefixes.ts";
import { planRoutes, reservedPrefixes } from "./routing/plan.ts";
import { servicesOf } from "./routing/plugin-services.ts";
import type { Destination, Route, RoutePlan } from "./routing/route.ts";
import { RouteTable } from "./routing/table.ts";
import { createUnenforcedWarning } from "./routing/unenforced.ts";
import { Application } from "./server/application.ts";
import { Drain } from "./server/drain.ts";
import { createHandler } from "./server/handler.ts";
import { type Listener, openListener } from "./server/listener.ts";
import { createResolver } from "./services/dns/resolver.ts";
import { Service } from "./services/service.ts";
import { createStore } from "./store/create-store.ts";

export interface GatewayOptions {
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  /** Those of PLUGINS_DIR, which stand behind the others of their stage. */
  readonly guests?: readonly Guest[];
  readonly log: RootLog;
  readonly clock: Clock;
  readonly version: string;
}

export interface Gateway {
  readonly routes: readonly Route[];
  explain(method: string, path: string): Explanation;
  /** Opens the port. Rejects when it is taken. */
  listen(): Promise<Listener>;
  /** Puts a copy of a plugin of PLUGINS_DIR in the place of another. Rejects with a SettingsError, and nothing has changed. */
  swap(change: Change, optionsOf: OptionsOf): Promise<void>;
  /** Counts and logs what has become of a file of PLUGINS_DIR. */
  tellOfPlugin(file: string, result: LoadResult, problems?: readonly SettingProblem[]): void;
  /** Reads again what plugins keep in files. What cannot be read stays as it was, and the log says so. */
  reload(): Promise<void>;
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
  const { settings, plugins: core, guests = [], log, clock, version } = options;
  const metrics = createMetrics();
  const book = new GuestBook({ metrics, log, clock });
  const arrivals = guests.map((guest) => book.receive(guest));
  const plugins = [...core, ...arrivals.map(({ plugin }) => plugin)];
  const missing = new Set(["listener"]);
  const table = new RouteTable<Destination>();
  const enforced = new Set(plugins.flatMap((plugin) => plugin.enforces ?? []));
  const explain = (method: string, path: string): Explanation => explainRequest(table, enforced, method, path);
  const warnUnenforced = createUnenforcedWarning(enforced, log);
  const store = createStore(settings, { clock, log });
  const resolver = createResolver({ servers: settings.dnsServers });
  const exchanges = new WeakMap<Request, Exchange>();

  const { maxBodyBytes } = settings;
  const forwarder = (plan: RoutePlan, target: Service): Handler =>
    createForwarder(plan, target, { transport: fetchTransport, clock, maxBodyBytes });
  const directory = new Directory({
    table,
    createService: (name) => new Service(name, { ...settings, clock, log }),
    open: (plan, target) => ({ ...plan, target, ...compileChain(plan, host.loaded, forwarder(plan, target)) }),
  });
  const detours = createDetours(directory, forwarder);
  const pluginOptions: Record<string, unknown> = { ...settings.plugins };
  const pluginNames = new Set(plugins.map(({ name }) => name));
  const pluginServices = {
    directory,
    reservedPrefixes: () => reservedPrefixes(settings.apiPrefix, application.prefixes),
    routeSchema: createRouteSchema(plugins),
    pluginNames,
    checkRoute: (service: string, route: WireRoute) =>
      routeProblems({ service, plugins: route }, pluginOptions, host.plugins).map(({ path, wanted }) => ({
        path,
        message: `wanted ${wanted}`,
      })),
    onPublished: warnUnenforced,
  };
  const toHost = (plugin: Plugin): Host => ({
    log: log.child({ plugin: plugin.name }),
    clock,
    version,
    debug: settings.debug,
    apiPrefix: settings.apiPrefix,
    missing: () => [...missing],
    explain,
    endpoints: () => application.endpoints,
    forwarderTo: (route, service) => detours(route as RoutePlan, service),
    services: servicesOf(plugin.name, pluginServices),
    store,
    metrics,
    resolve: resolver.addresses,
    fetch: fetchForGateway,
    readFile: readPluginFile,
    watchFile,
    exchangeOf(request) {
      const exchange = exchanges.get(request);
      if (exchange === undefined) throw new TypeError("exchangeOf: wanted the request of an endpoint, got another");
      return exchange;
    },
  });
  await host.setUp(plugins, toHost, settings.plugins);

  const instancesOf = (some: readonly Plugin[]) =>
    host.loaded.filter(({ plugin }) => some.includes(plugin)).map(({ instance }) => instance);
  const application = new Application(instancesOf(core), { maxBodyBytes, exchanges });
  for (const entry of arrivals)
    for (const instance of instancesOf([entry.plugin])) book.mount(entry, instance, application);
  const { routes: plans, problems } = planRoutes(settings, application.prefixes);
  if (problems.length > 0) throw new SettingsError(problems);
  const names = furnishDirectory(directory, settings, plans, { resolver, clock, log });

  const ownChain = new OwnChain(host.own);
  const ownPrefixes = new OwnPrefixes(table, ownChain.through(application.answer));
  ownPrefixes.replace(application.prefixes);

  const inFlight = new InFlight(clock);
  const drain = new Drain();
  const handle = createHandler({
    ...settings,
    table,
    throughOwn: (last) => ownChain.through(last),
    inFlight,
    writeAccess: createAccessLog(log, clock),
    log,
    clock,
    drain,
  });
  let listener: Listener | undefined;

  const close = async (): Promise<void> => {
    inFlight.close();
    await book.close();
    for (const watch of names) watch.close();
    await host.close();
    await store.close();
  };
  return {
    get routes() {
      return directory.routes;
    },
    explain,
    async listen() {
      warnUnenforced(directory.routes);
      // Whatever was known before is known again before the first request comes.
      await Promise.all([store.open(), ...names.map((watch) => watch.start())]);
      for (const entry of arrivals) {
        book.letIn(entry);
        book.tell(entry.guest.file.label, "loaded");
      }
      await host.start();
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
    swap: (change, optionsOf) =>
      swapGuest(
        {
          core,
          book,
          host,
          toHost,
          application,
          directory,
          ownPrefixes,
          ownChain,
          onArrival({ name, enforces = [] }, said) {
            pluginNames.add(name);
            pluginOptions[name] = said;
            for (const policy of enforces) enforced.add(policy);
          },
        },
        change,
        optionsOf,
      ),
    tellOfPlugin: (file, result, problems) => book.tell(file, result, problems),
    async reload() {
      const failures = await host.reload();
      for (const { plugin, error } of failures) {
        log.error({ plugin, reason: error instanceof Error ? error.message : "unknown" }, "reload failed");
      }
      if (failures.length === 0) log.info({}, "reloaded");
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
