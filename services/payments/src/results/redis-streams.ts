import { InvariantViolation } from '@plumbline/kernel';
import type { Redis, Script } from '@plumbline/redis';
import type { StreamEntry, StreamName } from './stream-entry.ts';
import { streamNames } from './stream-entry.ts';

/** How far one partition of the results stands in the streams. */
export interface StreamPosition {
  /** Identity of the topic that the offset belongs to. */
  readonly incarnation: string;
  readonly nextOffset: bigint;
}

/** What came of a step. */
export interface Appended {
  readonly added: boolean;
  readonly position: StreamPosition | null;
}

/** The streams in Redis, and beside them how far they have come. */
export interface RedisStreams {
  /** `null`: Redis knows nothing, because it is new, was flushed, or lost a stream. */
  position(partition: number): Promise<StreamPosition | null>;
  /**
   * Adds the entries and moves the position in one step of Redis, if it stands at `from`. Returns
   * where it stands then: at `to` (somebody else may have been there first), or somewhere else, or
   * nowhere when Redis has lost what it had.
   */
  append(step: {
    readonly partition: number;
    readonly from: StreamPosition | null;
    readonly to: StreamPosition;
    readonly entries: readonly StreamEntry[];
  }): Promise<Appended>;
  /** Removes what nobody needs any more, and returns how many entries that were. */
  trim(
    stream: StreamName,
    keep: { readonly keepMs: number; readonly minMs: number },
  ): Promise<number>;
}

/** A hash: a position per partition, and per stream the newest id that was written to it. */
export const positionsKey = 'plumbline:result-streams';

/**
 * Where the streams stand is believed only while they stand there themselves: a stream whose newest
 * id is older than what was written to it was deleted or evicted, and everything begins anew.
 *
 * KEYS: positions, streams. ARGV: partition, position expected, position then, and for each entry
 * the number of its stream, the number of its texts, its texts. An expectation that is no position
 * writes nothing and only asks. Returns whether it added them, and the position, empty for none.
 */
const appendScript: Script = {
  lua: `
local positions = KEYS[1]
local function isOlder(id, other)
  local ms, seq = string.match(id, '(%d+)-(%d+)')
  local otherMs, otherSeq = string.match(other, '(%d+)-(%d+)')
  if ms ~= otherMs then return tonumber(ms) < tonumber(otherMs) end
  return tonumber(seq) < tonumber(otherSeq)
end
local function newestOf(stream)
  if redis.call('EXISTS', stream) == 0 then return '0-0' end
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
end
for i = 2, #KEYS do
  local written = redis.call('HGET', positions, KEYS[i])
  if written and isOlder(newestOf(KEYS[i]), written) then
    redis.call('DEL', positions)
  end
end
local at = redis.call('HGET', positions, ARGV[1]) or ''
if at ~= ARGV[2] then return { 0, at } end
local newest = {}
local i = 4
while i <= #ARGV do
  local stream = KEYS[1 + tonumber(ARGV[i])]
  local texts = tonumber(ARGV[i + 1])
  newest[stream] = redis.call('XADD', stream, '*', unpack(ARGV, i + 2, i + 1 + texts))
  i = i + 2 + texts
end
for stream, id in pairs(newest) do redis.call('HSET', positions, stream, id) end
redis.call('HSET', positions, ARGV[1], ARGV[3])
return { 1, ARGV[3] }
`,
};

/**
 * Removes every entry below an id: that of entries older than \`keep\`, or, where there are groups, the
 * first that one of them has not done with, but none younger than \`min\`. Ids are times of Redis's own
 * clock, and so is now.
 *
 * KEYS: stream. ARGV: keep, min, both ms.
 */
const trimScript: Script = {
  lua: `
local stream = KEYS[1]
if redis.call('EXISTS', stream) == 0 then return 0 end
local function idOf(text)
  local ms, seq = string.match(text, '(%d+)-(%d+)')
  return { tonumber(ms), tonumber(seq) }
end
local function isOlder(id, other)
  if id[1] ~= other[1] then return id[1] < other[1] end
  return id[2] < other[2]
end
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local first = { nowMs - tonumber(ARGV[1]), 0 }
local groups = redis.call('XINFO', 'GROUPS', stream)
if #groups > 0 then
  local done = { nowMs - tonumber(ARGV[2]), 0 }
  for _, group in ipairs(groups) do
    local facts = {}
    for i = 1, #group, 2 do facts[group[i]] = group[i + 1] end
    local needs = idOf(facts['last-delivered-id'])
    needs[2] = needs[2] + 1
    if facts['pending'] > 0 then
      needs = idOf(redis.call('XPENDING', stream, facts['name'])[2])
    end
    if isOlder(needs, done) then done = needs end
  end
  if isOlder(first, done) then first = done end
end
return redis.call('XTRIM', stream, 'MINID', string.format('%.0f-%.0f', first[1], first[2]))
`,
};

/** No position looks like this. */
const onlyAsk = '?';

const textOf = (position: StreamPosition | null): string =>
  position === null ? '' : `${position.incarnation}/${position.nextOffset}`;

/** Errors: a position that is none, which only somebody else can have written. */
function positionOf(text: string): StreamPosition | null {
  if (text === '') return null;
  const [, incarnation, offset] = /^(.+)\/(\d+)$/.exec(text) ?? [];
  if (incarnation === undefined || offset === undefined)
    throw new InvariantViolation(`${positionsKey} in Redis holds a position that is none`);
  return { incarnation, nextOffset: BigInt(offset) };
}

export const isSamePosition = (one: StreamPosition | null, other: StreamPosition | null): boolean =>
  textOf(one) === textOf(other);

/** How far each partition stands, as the hash says; only reads, so that it is right to ask at any time. */
export async function readStreamPositions(
  redis: Pick<Redis, 'run'>,
): Promise<ReadonlyMap<number, StreamPosition>> {
  const kept = await redis.run((client) => client.hgetall(positionsKey));
  const found = new Map<number, StreamPosition>();
  for (const [name, text] of Object.entries(kept)) {
    // Beside the partitions stands what was last written to each stream.
    const position = /^\d+$/.test(name) ? positionOf(text) : null;
    if (position !== null) found.set(Number(name), position);
  }
  return found;
}

/** A Redis 6.2 or later, not a cluster: the two streams are moved on in one step. */
export function createRedisStreams(redis: Pick<Redis, 'script'>): RedisStreams {
  const keys = [positionsKey, ...streamNames];

  async function run(args: readonly (string | number)[]): Promise<Appended> {
    // What the script returns.
    const [added, at] = (await redis.script(appendScript, keys, args)) as [number, string];
    return { added: added === 1, position: positionOf(at) };
  }

  return {
    position: async (partition) => (await run([partition, onlyAsk])).position,
    async append({ partition, from, to, entries }) {
      const texts = entries.flatMap(({ stream, fields }) => [
        ...[streamNames.indexOf(stream) + 1, fields.length, ...fields],
      ]);
      const args = [partition, textOf(from), textOf(to), ...texts];
      return run(args);
    },
    trim: async (stream, { keepMs, minMs }) =>
      Number(await redis.script(trimScript, [stream], [keepMs, minMs])),
  };
}
