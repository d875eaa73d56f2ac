import { EmbeddedStore } from "./embedded/embedded-store.ts";
import type { OpenableStore, StoreHost, StoreSettings } from "./openable-store.ts";
import { parseRedisUrl } from "./redis/redis-url.ts";
import { RedisStore } from "./redis/redis-store.ts";

/** The shared store where the settings name one, else the embedded one. Throws a TypeError for a wrong URL. */
export function createStore(settings: StoreSettings, host: StoreHost): OpenableStore {
  if (settings.redisUrl === undefined) return new EmbeddedStore(settings.dataDir, host);
  return new RedisStore(parseRedisUrl(settings.redisUrl), settings.redisPrefix, host);
}
