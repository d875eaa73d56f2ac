import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { TrustedProxies } from "../proxy/trusted-proxies.ts";
import type { RawSettings } from "./schema.ts";
import type { StaticService } from "./service-urls.ts";
import type { RouteSetting, Settings } from "./settings.ts";

/** Turns validated settings into the frozen object that everything else reads, in our names and units. */
export function decodeSettings(
  value: Readonly<Record<string, unknown>>,
  services: readonly StaticService[],
  plugins: readonly Plugin[],
): Settings {
  const raw = value as unknown as RawSettings;
  const pluginOptions = plugins.map(({ name, options }) => [name, pick(value, Object.keys(options.properties))]);
  return deepFreeze({
    host: raw.host,
    port: raw.port,
    apiPrefix: raw.api_v1_prefix,
    debug: raw.debug,
    trustedProxies: new TrustedProxies(raw.trusted_proxies),
    drainMs: raw.drain_seconds * 1000,
    slowStartMs: raw.slow_start_seconds * 1000,
    ejection: {
      failures: raw.ejection_failures,
      baseMs: raw.ejection_seconds * 1000,
      maxMs: raw.ejection_max_seconds * 1000,
    },
    crowd: {
      perInstance: raw.max_requests_per_instance || Number.POSITIVE_INFINITY,
      perService: raw.max_requests_per_service || Number.POSITIVE_INFINITY,
      line: { length: raw.queue_length, waitMs: raw.queue_ms },
    },
    dnsServers: raw.dns_servers,
    redisUrl: raw.redis_url ?? toRedisUrl(raw),
    redisPrefix: raw.redis_prefix,
    dataDir: raw.data_dir,
    maxBodyBytes: raw.max_body_bytes,
    logLevel: raw.log_level ?? (raw.debug ? "debug" : "info"),
    logFormat: raw.log_format,
    services,
    routes: raw.routes.map((route) => decodeRoute(route, plugins)),
    plugins: Object.fromEntries(pluginOptions),
  });
}

function toRedisUrl({ redis_host: host, redis_port: port }: RawSettings): string | undefined {
  if (host === undefined) return undefined;
  return `redis://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Parts what a route says itself from what it says to plugins. */
export function decodeRoute(route: RawSettings["routes"][number], plugins: readonly Plugin[]): RouteSetting {
  const names = new Set(plugins.map(({ name }) => name));
  const said = Object.keys(route).filter((key) => names.has(key));
  return { ...route, plugins: pick(route, said) };
}

function pick(from: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, Reflect.get(from, key)]));
}

function deepFreeze<T extends object>(value: T): T {
  Object.freeze(value);
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null && !Object.isFrozen(part)) deepFreeze(part);
  }
  return value;
}
