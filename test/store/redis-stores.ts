import { afterEach, beforeEach } from "bun:test";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { newStore, type Opened } from "./stores.ts";

/** A Redis of its own for each test of a file, and the stores on it. All end with the test. */
export interface RedisStores {
  redis: RedisServer;
  readonly open: Opened[];
  /** One more store, not open yet. */
  newStore(url?: string): Opened;
}

export function redisStores(): RedisStores {
  const stores = {
    open: [] as Opened[],
    newStore(url = stores.redis.url): Opened {
      const opened = newStore({ redisUrl: url });
      stores.open.push(opened);
      return opened;
    },
  } as RedisStores;
  beforeEach(async () => {
    stores.redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(stores.open.splice(0).map(({ store }) => store.close()));
    await stores.redis.stop();
  });
  return stores;
}
