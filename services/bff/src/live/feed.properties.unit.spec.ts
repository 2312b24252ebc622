import type { ChangeNoted } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { FeedLog, FeedOffsets, MemoryLog, Seat } from '@plumbline/kafka';
import { createMemoryLog, parseFeedPosition } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { createFeedCodec, notedChange } from '../testing/noted-changes.ts';
import type { Feed, Follower } from './feed.ts';
import { openFeed } from './feed.ts';

const topic = topics.changesEvents.name;
const partitions = 3;
const codec = await createFeedCodec();
const buyers = ['u1', 'u2'] as const;

const openLog = (): MemoryLog => createMemoryLog({ topics: [{ name: topic, partitions }] });

/** A process of its own, which can be held up: then it reads nothing more until it is let go. */
async function openProcess(log: MemoryLog, changesMax: number) {
  let held: Promise<void> | null = null;
  let letGo = (): void => undefined;
  let readers = 0;
  const heldUp: FeedLog = {
    describeTopics: (of) => log.describeTopics(of),
    ends: (of) => log.ends(of),
    async openReader(how) {
      const reader = await log.openReader(how);
      readers += 1;
      if (readers > 1) return reader;
      const fetch: typeof reader.fetch = async (...of) => {
        const fetched = await reader.fetch(...of);
        await held;
        return fetched;
      };
      return { ...reader, fetch };
    },
  };
  const feed = await openFeed({
    ...{ log: heldUp, codec, logger: silentLogger, partitions, changesMax },
  });
  const release = (): void => {
    letGo();
    held = null;
  };
  return {
    feed,
    release,
    hold: () => (held ??= new Promise((resolve) => (letGo = resolve))),
    close: () => {
      release();
      return feed.close();
    },
  };
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no ${index}`);
  return found;
}

const offsetsIn = (position: string): FeedOffsets => parseFeedPosition(position)?.offsets ?? [];

/** A page that stays open over everything that happens to its connections. */
function createPage(buyer: string) {
  let [begun, at] = ['', ''];
  let seen: string[] = [];
  let seat: Seat | null = null;
  const resets: string[] = [];
  const anew = (position: string): void => {
    [begun, at, seen] = [position, position, []];
  };
  const follower = (): Follower => ({
    wants: (note) => note.buyer === buyer,
    onJoined({ how, position, missed }) {
      resets.push(...(how === 'reset' ? [how] : []));
      if (how === 'resumed') expect(position).toBe(at);
      else anew(position);
      for (const each of missed) {
        seen.push(`${each.change.partition}/${each.change.offset}`);
        at = each.position;
      }
    },
    onChange({ partition, offset }, position) {
      seen.push(`${partition}/${offset}`);
      at = position();
    },
    onReset: anew,
  });
  return {
    resets,
    async connect(feed: Feed): Promise<void> {
      seat?.leave();
      seat = await feed.join(follower(), at === '' ? null : parseFeedPosition(at));
    },
    /** What it missed when the connection broke, it missed: only its position counts. */
    disconnect(): void {
      seat?.leave();
      seat = null;
    },
    position: () => seat?.position() ?? at,
    seen: () => ({ begun, seen }),
  };
}

/** Every committed change of a buyer between two positions, in the order of each partition. */
function between(log: MemoryLog, buyer: string, from: string, to: string): readonly string[] {
  const [begin, end] = [offsetsIn(from), offsetsIn(to)];
  return log
    .topicRecords(topic, 'read_committed')
    .filter(({ partition: p, offset }) => offset >= (begin[p] ?? 0n) && offset < (end[p] ?? 0n))
    .filter(({ value }) => {
      const note = value === null ? null : (codec.decode(topic, value).data as ChangeNoted);
      return note?.buyer === buyer;
    })
    .map(({ partition, offset }) => `${partition}/${offset}`);
}

const someChanges = fc.array(fc.tuple(fc.nat(partitions - 1), fc.constantFrom(...buyers)), {
  ...{ minLength: 1, maxLength: 30 },
});
const step = fc.oneof(
  fc.record({
    ...{ do: fc.constant('write' as const), changes: someChanges, commit: fc.boolean() },
  }),
  fc.record({ do: fc.constant('connect' as const), of: fc.nat(1), meanwhile: someChanges }),
  fc.record({ do: fc.constant('disconnect' as const) }),
  fc.record({ do: fc.constant('hold' as const), of: fc.nat(1) }),
  fc.record({ do: fc.constant('release' as const), of: fc.nat(1) }),
  fc.record({
    do: fc.constant('restart' as const),
    of: fc.nat(1),
    ring: fc.integer({ min: 6, max: 30 }),
  }),
  fc.record({ do: fc.constant('wait' as const) }),
);

type Changes = readonly (readonly [number, string])[];

async function write(log: MemoryLog, changes: Changes, commit = true): Promise<void> {
  const session = await log.openTransactionSession('changes');
  const records = changes.map(([partition, buyer]) => notedChange(codec, partition, { buyer }));
  await session.send(records);
  await (commit ? session.commit() : session.abort());
}

it('a page that reconnects anywhere gets each of its changes once, whatever restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const log = openLog();
      const processes = [await openProcess(log, 9), await openProcess(log, 30)];
      const page = createPage('u1');
      for (const each of steps) {
        if (each.do === 'write') await write(log, each.changes, each.commit);
        else if (each.do === 'disconnect') page.disconnect();
        else if (each.do === 'hold') void at(processes, each.of).hold();
        else if (each.do === 'release') at(processes, each.of).release();
        else if (each.do === 'wait') await new Promise(setImmediate);
        else if (each.do === 'connect')
          await Promise.all([
            page.connect(at(processes, each.of).feed),
            write(log, each.meanwhile),
          ]);
        else {
          page.disconnect();
          await at(processes, each.of).close();
          processes[each.of] = await openProcess(log, each.ring);
        }
      }
      for (const process of processes) process.release();
      await page.connect(at(processes, 0).feed);
      const ends = [0, 1, 2].map(
        async (p) => (await log.ends({ topic, partition: p })).lastStableOffset,
      );
      const end = await Promise.all(ends);
      await vi.waitFor(() => expect(offsetsIn(page.position())).toEqual(end), { interval: 1 });
      const { begun, seen } = page.seen();
      expect([...seen].sort()).toEqual([...between(log, 'u1', begun, page.position())].sort());
      for (const p of [0, 1, 2]) {
        const offsets = seen
          .filter((at) => at.startsWith(`${p}/`))
          .map((at) => Number(at.slice(2)));
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      }
      // Nothing here is more than may be caught up with.
      expect(page.resets).toEqual([]);
      await Promise.all(processes.map((process) => process.close()));
      await log.close();
    }),
    { numRuns: 400 },
  );
}, 60_000);
