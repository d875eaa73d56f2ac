import type { RouteOptions } from "@isaas/gateway-sdk/contract";
import type { TrustedProxies } from "../proxy/trusted-proxies.ts";
import type { EjectionPolicy } from "../services/ejection.ts";
import type { CrowdPolicy } from "../services/service.ts";
import type { StaticService } from "./service-urls.ts";

export interface RouteSetting extends RouteOptions {
  readonly service: string;
  /** What the route says to plugins, by plugin name. */
  readonly plugins: Readonly<Record<string, unknown>>;
}

/** The decoded settings: one frozen object, in our names and units, made once. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly apiPrefix: string;
  readonly debug: boolean;
  readonly trustedProxies: TrustedProxies;
  readonly drainMs: number;
  /** How long a new instance takes to its full share; 0: it has it at once. */
  readonly slowStartMs: number;
  readonly ejection: EjectionPolicy;
  readonly crowd: CrowdPolicy;
  /** Empty: the system's way to resolve names. */
  readonly dnsServers: readonly string[];
  readonly maxBodyBytes: number;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error";
  readonly logFormat: "json" | "pretty" | undefined;
  readonly redisUrl: string | undefined;
  readonly redisPrefix: string;
  readonly dataDir: string | undefined;
  readonly services: readonly StaticService[];
  readonly routes: readonly RouteSetting[];
  /** Options by plugin name, as their own schemas validated them. */
  readonly plugins: Readonly<Record<string, unknown>>;
}
