import { defineScript } from "./script.ts";

/**
 * A table's state names its content: `<epoch> <count> <stamp>`, an empty string before the first write. The stamp is new
 * with each write, so that two gateways with the same state have the same entries, whatever a failover has lost. The count
 * finds a state's place among the last changes. The epoch begins with the first write: another one than a gateway knows
 * means that Redis lost the table and somebody began it anew.
 *
 * A change is three lines: the state before it, the state after it, and JSON of [key, text or null] pairs.
 */
const read = `
local function read(state)
  local epoch, count = string.match(state, '^(%S+) (%d+) ')
  return epoch or '', tonumber(count) or 0
end
local function write(epoch, count, stamp)
  if epoch == '' then epoch = stamp end
  local state = epoch .. ' ' .. string.format('%d', count) .. ' ' .. stamp
  redis.call('SET', KEYS[2], state)
  return state
end
local state = redis.call('GET', KEYS[2]) or ''
local epoch, count = read(state)
`;

// Longer ones are not worth their memory: who misses one loads the table again.
const longestKeptChange = 16 * 1024;
const keptChanges = 1_000;

/** KEYS of the table. ARGV: the writer's state, 'commit' or 'put', stamp, changes, channel, table name. Nothing: not done. */
export const writeTable = defineScript(`${read}
local mine = read(ARGV[1])
if epoch ~= mine or (ARGV[2] == 'commit' and state ~= ARGV[1]) then return {} end
for _, change in ipairs(cjson.decode(ARGV[4])) do
  if change[2] == cjson.null then redis.call('HDEL', KEYS[1], change[1])
  else redis.call('HSET', KEYS[1], change[1], change[2]) end
end
local after = write(epoch, count + 1, ARGV[3])
local change = state .. '\\n' .. after .. '\\n' .. ARGV[4]
if #change > ${longestKeptChange} then redis.call('DEL', KEYS[3])
else
  redis.call('RPUSH', KEYS[3], change)
  redis.call('LTRIM', KEYS[3], -${keptChanges}, -1)
end
redis.call('PUBLISH', ARGV[5], ARGV[6] .. '\\n' .. change)
return {state, after}
`);

/** KEYS of the table. ARGV: the reader's state. Answers the state, then how to come there: same, changes, all or lost. */
export const catchUpTable = defineScript(`${read}
if state == ARGV[1] then return {state, 'same'} end
local mine, from = read(ARGV[1])
if mine ~= '' and mine ~= epoch then return {state, 'lost'} end
local missed = count - from
if mine ~= '' and missed > 0 then
  local changes = redis.call('LRANGE', KEYS[3], -missed, -1)
  if #changes == missed and string.sub(changes[1], 1, #ARGV[1] + 1) == ARGV[1] .. '\\n' then
    return {state, 'changes', changes}
  end
end
return {state, 'all', redis.call('HGETALL', KEYS[1])}
`);

/**
 * KEYS of the table. ARGV: stamp, entries as [key, text] pairs, channel, table name. Gives back to Redis what it lost; what
 * was written since then counts more. Several gateways may do so, the later ones change nothing.
 */
export const restoreTable = defineScript(`${read}
local restored = 0
for _, entry in ipairs(cjson.decode(ARGV[2])) do
  restored = restored + redis.call('HSETNX', KEYS[1], entry[1], entry[2])
end
if restored > 0 then
  redis.call('DEL', KEYS[3])
  state = write(epoch, count + 1, ARGV[1])
  redis.call('PUBLISH', ARGV[3], ARGV[4] .. '\\n?\\n' .. state .. '\\n[]')
end
return {state, 'all', redis.call('HGETALL', KEYS[1])}
`);
