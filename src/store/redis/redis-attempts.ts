import type { AttemptPolicy, Attempts } from "@isaas/gateway-sdk/store";
import type { RedisLink } from "./redis-link.ts";
import { defineScript, readNowMs } from "./script.ts";

const takeAttempt = defineScript(`${readNowMs}
local tried = redis.call('HMGET', KEYS[1], 'count', 'next')
local count, nextAt = tonumber(tried[1] or 0), tonumber(tried[2] or 0)
if nextAt > now then return nextAt - now end
local beyond = count + 1 - tonumber(ARGV[1])
local wait = 0
if beyond >= 0 then wait = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ beyond) end
redis.call('HSET', KEYS[1], 'count', count + 1, 'next', string.format('%.0f', now + wait))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', wait + tonumber(ARGV[4])))
return 0
`);

const giveBackAttempt = defineScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return end
if redis.call('HINCRBY', KEYS[1], 'count', -1) <= 0 then redis.call('DEL', KEYS[1])
else redis.call('HSET', KEYS[1], 'next', 0) end
`);

const forgetAttempts = defineScript(`redis.call('DEL', KEYS[1])`);

/** Attempts in Redis, a key each, by the clock of Redis. */
export class RedisAttempts implements Attempts {
  readonly #link: RedisLink;
  readonly #keyOf: (key: string) => string;

  constructor(link: RedisLink, keyOf: (key: string) => string) {
    this.#link = link;
    this.#keyOf = keyOf;
  }

  async take(key: string, { free, firstWaitMs, longestWaitMs, forgetMs }: AttemptPolicy): Promise<number> {
    const args = [free, firstWaitMs, longestWaitMs, forgetMs].map(String);
    return Number(await this.#link.run(takeAttempt, [this.#keyOf(key)], args));
  }

  async giveBack(key: string): Promise<void> {
    await this.#link.run(giveBackAttempt, [this.#keyOf(key)], []);
  }

  async forget(key: string): Promise<void> {
    await this.#link.run(forgetAttempts, [this.#keyOf(key)], []);
  }
}
