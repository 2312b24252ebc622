import type { Script } from '@plumbline/redis';

/** Contract 0's stream. */
export const streamKey = 'mpay:order:heartbeat';

/** Orders, and the entry that each has in the stream. */
export const entriesKey = 'mpay:order:entries';

/**
 * What the scripts touch, in their order. Beside stream and entries stand two sorted sets, of when
 * orders expire and of when they changed last, both in epoch ms, and the run id of the server that
 * was healed last.
 */
export const keys = [
  ...[streamKey, entriesKey, 'mpay:order:expiries', 'mpay:order:changes', 'mpay:order:healed'],
] as const;

/** ARGV of the fields of one order: names and values. */
export const fieldArguments = 14;

/**
 * What the scripts share. An entry that is deleted is acknowledged for every group first: otherwise
 * it would stay with its consumer as pending and without fields, which Redis 6.2 hands out as nil,
 * and clients stumble over that.
 */
const parts = `
local stream, entries, expiries, changes, healed = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local groups
local function groupNames()
  if groups then return groups end
  groups = {}
  if redis.call('EXISTS', stream) == 0 then return groups end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    for i = 1, #group, 2 do
      if group[i] == 'name' then groups[#groups + 1] = group[i + 1] end
    end
  end
  return groups
end
local function entryAt(id) return redis.call('XRANGE', stream, id, id)[1] end
-- A stream that was deleted may give an id of before to another order.
local function entryOf(order)
  local id = redis.call('HGET', entries, order)
  local entry = id and entryAt(id)
  return entry and entry[2][2] == order and entry
end
local function delete(id)
  for _, name in ipairs(groupNames()) do redis.call('XACK', stream, name, id) end
  return redis.call('XDEL', stream, id)
end
local function remove(order)
  local entry = entryOf(order)
  local deleted = entry and delete(entry[1]) or 0
  redis.call('HDEL', entries, order)
  redis.call('ZREM', expiries, order)
  return deleted
end
local function isAsGiven(entry, first)
  if #entry[2] ~= ${fieldArguments} then return false end
  for i, text in ipairs(entry[2]) do
    if text ~= ARGV[first + i - 1] then return false end
  end
  return true
end
local function put(order, expiresAtMs, first)
  redis.call('ZADD', expiries, expiresAtMs, order)
  local entry = entryOf(order)
  if entry and isAsGiven(entry, first) then return 0 end
  if entry then delete(entry[1]) end
  local id = redis.call('XADD', stream, '*', unpack(ARGV, first, first + ${fieldArguments} - 1))
  redis.call('HSET', entries, order, id)
  return 1
end
local function dropExpired(nowMs, max)
  local removed = 0
  local over = redis.call('ZRANGEBYSCORE', expiries, '-inf', nowMs, 'LIMIT', 0, max)
  for _, order in ipairs(over) do removed = removed + remove(order) end
  return removed, #over
end
local function changedSince(order, sinceMs)
  local score = redis.call('ZSCORE', changes, order)
  return score and tonumber(score) >= tonumber(sinceMs)
end
local function runId() return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') end
local function isWhole()
  local count = redis.call('HLEN', entries)
  local stands = redis.call('GET', healed) == runId()
    and redis.call('XLEN', stream) == count and redis.call('ZCARD', expiries) == count
  return stands and 1 or 0
end
`;

const script = (lua: string): Script => ({ lua: parts + lua });

/**
 * Carries out changes in their order, and drops some of what has expired.
 *
 * ARGV: now, until when changes are forgotten, how many expired to drop; then for each change the
 * order and its expiry, `-` for one that has ended, followed by the fields of one that is active.
 * Returns how many entries were added and removed, and 1 if all stands as it was healed.
 */
export const applyScript = script(`
local nowMs = ARGV[1]
local added, removed = 0, 0
local i = 4
while i <= #ARGV do
  local order, expiresAtMs = ARGV[i], ARGV[i + 1]
  i = i + 2
  if expiresAtMs ~= '-' and tonumber(expiresAtMs) > tonumber(nowMs) then
    added = added + put(order, expiresAtMs, i)
  else
    removed = removed + remove(order)
  end
  if expiresAtMs ~= '-' then i = i + ${fieldArguments} end
  redis.call('ZADD', changes, 'GT', nowMs, order)
end
redis.call('ZREMRANGEBYSCORE', changes, '-inf', '(' .. ARGV[2])
removed = removed + dropExpired(nowMs, ARGV[3])
return { added, removed, isWhole() }
`);

/** ARGV: now, how many at most. Returns how many entries were removed, and how many orders. */
export const expireScript = script('return { dropExpired(ARGV[1], ARGV[2]) }');

/** Returns 1 if all stands as it was healed. */
export const isWholeScript = script('return isWhole()');

/**
 * A healing's first step: every entry of the stream is the one that its order has, or goes. What
 * was lost beside the stream is made again from it.
 *
 * ARGV: for each entry its order, empty for one that names none, its expiry and its id. Returns how
 * many entries were removed.
 */
export const healIndexScript = script(`
local removed = 0
for i = 1, #ARGV, 3 do
  local order, expiresAtMs, id = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local own = entryOf(order)
  if entryAt(id) and not own and order ~= '' then
    redis.call('HSET', entries, order, id)
    own = { id }
  end
  if own and own[1] == id then
    redis.call('ZADD', expiries, 'NX', expiresAtMs, order)
  else
    removed = removed + delete(id)
  end
end
return removed
`);

/**
 * The second: orders that are active stand in the stream, but for those that changed since. One
 * that changed since and has lost its entry was active by that change: it is put in as well.
 *
 * ARGV: now, since; then for each order its id, expiry and fields. Returns how many entries were
 * added, and how many were right.
 */
export const healPutScript = script(`
local added, kept = 0, 0
local function hasLostEntry(order)
  return redis.call('HEXISTS', entries, order) == 1 and not entryOf(order)
end
for i = 3, #ARGV, ${2 + fieldArguments} do
  local order, expiresAtMs = ARGV[i], ARGV[i + 1]
  local isMine = not changedSince(order, ARGV[2]) or hasLostEntry(order)
  if isMine and tonumber(expiresAtMs) > tonumber(ARGV[1]) then
    local isNew = put(order, expiresAtMs, i + 2)
    added = added + isNew
    kept = kept + 1 - isNew
  end
end
return { added, kept }
`);

/**
 * The third: orders that are not active do not, but for those that changed since.
 *
 * ARGV: since; then orders. Returns how many entries were removed.
 */
export const healDropScript = script(`
local removed = 0
for i = 2, #ARGV do
  if not changedSince(ARGV[i], ARGV[1]) then removed = removed + remove(ARGV[i]) end
end
return removed
`);

/** The last: this server was healed. */
export const healedScript = script("return redis.call('SET', healed, runId())");
