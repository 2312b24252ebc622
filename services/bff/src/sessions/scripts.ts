import type { Script } from '@plumbline/redis';

/**
 * A session is a hash under the SHA-256 of its id, an index of a user's sessions a sorted set of
 * these by their beginning. All times are Redis's own, epoch ms, so that the clocks of several
 * processes do not matter. Numbers are formatted by hand: Lua writes large ones with an exponent.
 */
const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(n) return string.format('%.0f', n) end
`;

/**
 * KEYS: session, index. ARGV: idle ms, absolute ms, sessions at most, member, then fields of the
 * session. Gives the beginning, the end, and the user's oldest sessions beyond the most there can be.
 */
export const beginScript: Script = {
  lua: `${clock}
local idle, absolute, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('DEL', KEYS[1])
for at = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
redis.call('HSET', KEYS[1], 'createdAt', whole(now), 'expiresAt', whole(now + absolute), 'usedAt', whole(now))
redis.call('PEXPIRE', KEYS[1], whole(math.min(idle, absolute)))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now - absolute))
redis.call('ZADD', KEYS[2], whole(now), ARGV[4])
redis.call('PEXPIRE', KEYS[2], whole(absolute))
return {whole(now), whole(now + absolute), redis.call('ZRANGE', KEYS[2], 0, -(most + 1))}
`,
};

/**
 * KEYS: session. ARGV: idle ms, how often a use is written down in ms; -1 for no use. Gives the
 * fields, none for a session that is over. A session that is over is not brought back.
 */
export const findScript: Script = {
  lua: `${clock}
local idle, every = tonumber(ARGV[1]), tonumber(ARGV[2])
local found = redis.call('HGETALL', KEYS[1])
if #found == 0 then return found end
local left = tonumber(redis.call('HGET', KEYS[1], 'expiresAt')) - now
if every >= 0 and now - tonumber(redis.call('HGET', KEYS[1], 'usedAt')) >= every then
  redis.call('HSET', KEYS[1], 'usedAt', whole(now))
  redis.call('PEXPIRE', KEYS[1], whole(math.min(idle, left)))
end
return found
`,
};

/** KEYS: index, sessions. ARGV: their members, in the same order. Gives how many there were. */
export const endScript: Script = {
  lua: `
local ended = 0
for at = 2, #KEYS do
  ended = ended + redis.call('DEL', KEYS[at])
  redis.call('ZREM', KEYS[1], ARGV[at - 1])
end
return ended
`,
};
