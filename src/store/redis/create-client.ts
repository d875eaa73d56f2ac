import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisTarget } from "./redis-url.ts";

export type RedisClient = Redis | Cluster;

const retryDelayMs = (times: number): number => Math.min(times * 50, 500);

/**
 * Fails fast and comes back by itself: nothing is queued while there is no connection, nothing is sent twice, and a
 * connection that has been owing an answer for half a second is dropped, else what timed out would still be done later.
 */
const options = {
  lazyConnect: true,
  connectTimeout: 1_000,
  // Restarted by every byte that comes, so that a big answer may take longer.
  socketTimeout: 500,
  // For what never gets as far as a socket.
  commandTimeout: 5_000,
  disconnectTimeout: 500,
  keepAlive: 5_000,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Its own resubscribing leaves a rejection unhandled when the connection ends meanwhile.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  maxLoadingRetryTime: 200,
  retryStrategy: retryDelayMs,
  // A master that became a replica: the next connection leads to the new one.
  reconnectOnError: (error: Error) => error.message.includes("READONLY"),
} satisfies RedisOptions;

/** For what requests wait for: what is asked at once goes out in one write. */
export const hurried = {
  enableAutoPipelining: true,
  // Back within a second, the look of the buckets included.
  retryStrategy: (times: number): number => Math.min(times * 50, 250),
} satisfies RedisOptions;

/** A client that has not connected yet. */
export function createClient(target: RedisTarget, more: Partial<typeof hurried> = {}): RedisClient {
  const tls = target.tls ? { tls: {} } : {};
  const credentials = {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
  };
  const common = { ...options, ...more, ...tls, ...credentials };
  if (target.kind === "cluster") {
    const { retryStrategy: _, enableOfflineQueue: __, ...redisOptions } = common;
    return new Cluster([...target.hosts], {
      redisOptions,
      enableAutoPipelining: more.enableAutoPipelining ?? false,
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryDelayMs,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
    });
  }
  if (target.kind === "sentinel") {
    return new Redis({
      ...common,
      db: target.database,
      sentinels: [...target.hosts],
      name: target.master,
      // Without a user, Sentinels that ask for no password take any.
      ...(target.password === undefined ? {} : { sentinelPassword: target.password }),
      sentinelCommandTimeout: 500,
      sentinelRetryStrategy: retryDelayMs,
      ...(target.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    });
  }
  const [first] = target.hosts;
  return new Redis({ ...common, ...first, db: target.database });
}
