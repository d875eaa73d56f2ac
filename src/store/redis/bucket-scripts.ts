import { defineScript } from "./script.ts";

/** Lua: microseconds since a day in 2025, so that a double still tells hundredths of one apart. */
const readNowUs = `
local time = redis.call('TIME')
local now = (time[1] - 1750000000) * 1000000 + time[2]
`;

/**
 * As gcra.ts, for all buckets of a request in one go. KEYS: the buckets; each holds when it is full and how long a whole
 * burst takes to grow, and lives no longer than it matters. ARGV: rate, burst and cost of each. Replies with whether
 * all were taken from and how far each is from full, in microseconds.
 */
export const takeTokens = defineScript(`${readNowUs}
local debts, tokens, allowed = {}, {}, 1
for i, key in ipairs(KEYS) do
  local rate, burst, cost = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local known = redis.call('GET', key)
  local fullAt = known and tonumber(string.match(known, '^%S+')) or 0
  tokens[i] = 1000000 / rate
  debts[i] = math.max(0, fullAt - now)
  if debts[i] + (cost - burst - 0.001) * tokens[i] > 0 then allowed = 0 end
end
for i, key in ipairs(KEYS) do
  local burst, cost = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if allowed == 1 and cost > 0 then
    debts[i] = debts[i] + cost * tokens[i]
    local value = string.format('%.17g %.6g', now + debts[i], burst * tokens[i])
    redis.call('SET', key, value, 'PX', string.format('%.0f', math.ceil(debts[i] / 1000) + 1))
  end
  debts[i] = string.format('%.17g', debts[i])
end
return {allowed, debts}
`);

/** KEYS: one bucket. */
export const freeBucket = defineScript(`return redis.call('DEL', KEYS[1])`);

/**
 * One step of a walk over the keys of a node, which KEYS[1] chooses. ARGV: cursor, pattern. Replies with the next cursor
 * and, for each bucket found, its key, how far it is from full, and what a whole burst takes, in microseconds.
 */
export const walkBuckets = defineScript(`${readNowUs}
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
local buckets = {}
for _, key in ipairs(found[2]) do
  local fullAt, burst = string.match(redis.call('GET', key) or '', '^(%S+) (%S+)$')
  if fullAt then
    table.insert(buckets, key)
    table.insert(buckets, string.format('%.17g', math.max(0, tonumber(fullAt) - now)))
    table.insert(buckets, burst)
  end
end
return {found[1], buckets}
`);
