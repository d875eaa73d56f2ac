import { defineScript, readNowMs } from "./script.ts";

/** An empty message: look now. */
const nudge = "''";

/**
 * KEYS of the members, then the states of tables. ARGV: id, what it tells, how long one may be silent in ms, channel.
 * The silent go first: a gateway that was stopped for longer comes back as the youngest.
 */
export const pulse = defineScript(`${readNowMs}
local silent = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))
for _, id in ipairs(silent) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[3], id)
end
local joined = redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1])
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
if joined + #silent > 0 then redis.call('PUBLISH', ARGV[4], ${nudge}) end
local members = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  table.insert(members, id)
  table.insert(members, redis.call('HGET', KEYS[3], id) or '')
end
local states = {}
for i = 4, #KEYS do states[i - 3] = redis.call('GET', KEYS[i]) or '' end
return {members, states}
`);

/** KEYS of the members. ARGV: id, channel. */
export const leave = defineScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('PUBLISH', ARGV[2], ${nudge})
`);
