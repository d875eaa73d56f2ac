import { mostDescriptionBytes } from "../../description.ts";
import { checkOptions, checkPort } from "../check-options.ts";
import { openLease } from "../open-lease.ts";
import type { Access, ServiceDescription } from "../options.ts";
import { describeApp } from "../openapi/describe-app.ts";
import type { ElysiaApp } from "./elysia-app.ts";
import { addHealthRoute } from "./health-route.ts";
import { onStopSignal } from "./stop-signals.ts";

export type GatewayServiceOptions = ServiceDescription &
  Access & {
    /** Default: the port on which the app listens. */
    readonly port?: number | undefined;
    /** Another OpenAPI document than that of the app's own schemas, the path at which it has one, or false: none. */
    readonly openapi?: object | string | false | undefined;
    /** Drain, leave and stop on SIGTERM and SIGINT. Default: true. */
    readonly signals?: boolean | undefined;
    /** Seconds that requests may take to finish after such a signal, before the process ends. Default: 20. */
    readonly stopSeconds?: number | undefined;
  };

/**
 * An Elysia plugin: when the app listens, it is registered at the gateway with its address and OpenAPI document, gets
 * `GET /health` unless it has one, and stays registered. `app.stop()`, SIGTERM and SIGINT drain and deregister it before
 * it stops. The app's types, routes and all, stay as they are. Throws a TypeError for options that cannot be right.
 */
export function gatewayService(options: GatewayServiceOptions): <App>(app: App) => App {
  checkOptions(options);
  return function gatewayService<App>(app: App): App {
    const own = app as unknown as ElysiaApp;
    // Elysia's adapter for Node gives itself in place of the application that listens.
    own.onStart((root) => start(Array.isArray(root?.routes) ? root : own, options));
    return app;
  };
}

function start(app: ElysiaApp, options: GatewayServiceOptions): void {
  const port = options.port ?? app.server?.port;
  if (port === undefined) {
    // Not worth the service.
    console.error(
      `${options.name} is not registered: wanted the option port, as Elysia does not tell where it listens`,
    );
    return;
  }
  checkPort(port);
  const checkEndpoint = addHealthRoute(app, options.checkEndpoint ?? "/health");
  const host = options.host ?? addressOf(app);
  // One plugin that fails to load is Elysia's to tell; the others are served.
  const loaded = Promise.resolve(app.modules).catch(() => {});
  const opened = loaded.then(() => {
    const openapi = options.openapi ?? describe(app, options);
    return openLease({ ...options, port, host, checkEndpoint, openapi });
  });

  const stop = app.stop;
  const leave = async (): Promise<void> => {
    off();
    await (await opened).close();
  };
  // Elysia's own stop hook comes after the last request: too late to say that there should be no more.
  app.stop = async (...args) => {
    app.stop = stop;
    await leave();
    return stop.apply(app, args);
  };
  const stopInTime = () => Promise.race([app.stop(), afterSeconds(options.stopSeconds ?? 20)]);
  const off = options.signals === false ? () => {} : onStopSignal({ leave, stop: stopInTime });
}

/** The address that the app listens on, where it is one. Default: the one by which the gateway sees it. */
function addressOf({ server }: ElysiaApp): string | undefined {
  const hostname = server?.hostname ?? "";
  const isAddress = /^\d+(?:\.\d+){3}$/.test(hostname) || hostname.includes(":");
  return isAddress && hostname !== "0.0.0.0" && hostname !== "::" ? hostname : undefined;
}

/** Undefined for one that no gateway would keep, or that cannot be made: a service is worth more than its description. */
function describe(app: ElysiaApp, { name, version }: GatewayServiceOptions): object | undefined {
  try {
    const document = describeApp(app, { title: name, version: version ?? "0" });
    const bytes = new TextEncoder().encode(JSON.stringify(document)).byteLength;
    return bytes > mostDescriptionBytes ? undefined : document;
  } catch {
    return undefined;
  }
}

function afterSeconds(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
