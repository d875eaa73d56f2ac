import type { Leases } from "@isaas/gateway-sdk/store";
import type { RedisLink } from "./redis-link.ts";
import { defineScript, readNowMs } from "./script.ts";

const renewLease = defineScript(`${readNowMs}
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
`);

const dropLeases = defineScript(`
for _, key in ipairs(ARGV) do redis.call('ZREM', KEYS[1], key) end
`);

const findExpired = defineScript(`${readNowMs}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
`);

// A lease that is not there answers with an empty string.
const readLeft = defineScript(`${readNowMs}
local left = {}
for i, key in ipairs(ARGV) do
  local ends = redis.call('ZSCORE', KEYS[1], key)
  left[i] = ends and string.format('%.0f', ends - now) or ''
end
return left
`);

/** Leases in a sorted set of Redis, by the clock of Redis. What it loses stays lost until it is renewed. */
export class RedisLeases implements Leases {
  readonly #link: RedisLink;
  readonly #keys: readonly [string];

  constructor(link: RedisLink, key: string) {
    this.#link = link;
    this.#keys = [key];
  }

  async renew(key: string, ms: number): Promise<void> {
    await this.#link.run(renewLease, this.#keys, [key, String(ms)]);
  }

  async drop(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#link.run(dropLeases, this.#keys, keys);
  }

  async expired(): Promise<readonly string[]> {
    return (await this.#link.run(findExpired, this.#keys, [])) as string[];
  }

  async left(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (keys.length === 0) return new Map();
    const left = (await this.#link.run(readLeft, this.#keys, keys)) as string[];
    return new Map(
      keys
        .map((key, index) => [key, left[index] ?? ""] as const)
        .filter(hasLease)
        .map(toNumber),
    );
  }
}

type Left = readonly [key: string, ms: string];
const hasLease = ([, ms]: Left): boolean => ms !== "";
const toNumber = ([key, ms]: Left): readonly [string, number] => [key, Number(ms)];
