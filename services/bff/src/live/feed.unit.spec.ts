import { topics } from '@plumbline/events';
import type { FeedOffsets, MemoryLog } from '@plumbline/kafka';
import {
  createMemoryLog,
  feedAheadMax,
  formatFeedPosition,
  parseFeedPosition,
} from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFeedCodec, notedChange } from '../testing/noted-changes.ts';
import type { Feed, Joined } from './feed.ts';
import { openFeed } from './feed.ts';

const topic = topics.changesEvents.name;
const codec = await createFeedCodec();
const changesMax = 8;
const replayMax = 5;

let log: MemoryLog;
let feed: Feed;
const open = () =>
  openFeed({ log, codec, logger: silentLogger, partitions: 2, changesMax, replayMax });
beforeEach(async () => {
  log = createMemoryLog({ topics: [{ name: topic, partitions: 2 }] });
  feed = await open();
});
afterEach(async () => {
  await feed.close();
  await log.close();
});

const write = (partition: number, times = 1): void => {
  for (let n = 0; n < times; n += 1) log.appendRaw(notedChange(codec, partition));
};

/** Everything that a page is given, as lines. */
async function join(from: string | null, on = feed) {
  const lines: string[] = [];
  let joined: Joined | undefined;
  const seat = await on.join(
    {
      wants: () => true,
      onJoined: (it) => (joined = it),
      onChange: (change, position) =>
        lines.push(`${change.partition}/${change.offset} ${offsetsIn(position()).join(',')}`),
      onReset: (position) => lines.push(`reset ${offsetsIn(position).join(',')}`),
    },
    from === null ? null : parseFeedPosition(from),
  );
  if (joined === undefined) throw new Error('a page that joins is told so');
  return { ...joined, seat, lines };
}

const offsetsIn = (position: string): FeedOffsets => parseFeedPosition(position)?.offsets ?? [];

describe('a position', () => {
  it('is what was given, and nothing else', () => {
    const text = formatFeedPosition('q3J-_a0Z', [0n, 35n, 2n ** 63n - 1n]);
    expect(text).toBe('q3J-_a0Z.0-z-1y2p0ij32e8e7');
    expect(parseFeedPosition(text)?.offsets).toEqual([0n, 35n, 2n ** 63n - 1n]);
    const others = ['', 'q3J-_a0Z', 'q3J-_a0Z.', 'q3J-_a0Z.0-', '.0', 'q3J-_a0Z.-1', 'q3J-_a0Z.A'];
    const long = ['q3J-_a0Z.1y2p0ij32e8e8', `q3J-_a0Z.${'0-'.repeat(2_000)}0`, ' q3J-_a0Z.0'];
    for (const other of [...others, ...long]) expect(parseFeedPosition(other), other).toBe(null);
  });
});

describe('a page is told to read anew', () => {
  const begun = async (): Promise<string> => (await join(null)).position;

  it('when it missed more than it would be given', async () => {
    const position = await begun();
    write(0, replayMax);
    await vi.waitFor(async () => expect(offsetsIn(await begun())).toEqual([5n, 0n]));
    expect(await join(position)).toMatchObject({ how: 'resumed', missed: { length: replayMax } });
    write(0);
    await vi.waitFor(async () => expect(offsetsIn(await begun())).toEqual([6n, 0n]));
    expect(await join(position)).toMatchObject({ how: 'reset', missed: [] });
  });

  it('when what it missed is deleted by now', async () => {
    const position = await begun();
    write(0, 12);
    await vi.waitFor(async () => expect(offsetsIn(await begun())).toEqual([12n, 0n]));
    log.deleteBefore({ topic, partition: 0, offset: 1n });
    expect((await join(position)).how).toBe('reset');
  });

  it('when its position is of another log, of other partitions, or far beyond the end', async () => {
    const [tag = ''] = (await begun()).split('.');
    const far = formatFeedPosition(tag, [feedAheadMax + 1n, 0n]);
    for (const from of [`AAAAAAAA.0-0`, `${tag}.0`, `${tag}.0-0-0`, far]) {
      expect((await join(from)).how, from).toBe('reset');
    }
    expect((await join(`${tag}.0-0`)).how).toBe('resumed');
  });

  it('when the topic was made again, and old positions mean nothing any more', async () => {
    const page = await join(null);
    write(0, 3);
    await vi.waitFor(() => expect(page.lines).toHaveLength(3));
    log.recreateTopic(topic);
    await vi.waitFor(() => expect(page.lines.at(-1)).toBe('reset 0,0'), { timeout: 5_000 });
    write(0, 3);
    await vi.waitFor(() => expect(page.lines.at(-1)).toBe('0/2 3,0'));
    expect((await join(page.position)).how).toBe('reset');
    expect((await join(page.seat.position())).how).toBe('resumed');
  });
});

describe('a page', () => {
  it('that comes from a process further ahead is not set back by others’ partitions', async () => {
    const { position } = await join(null);
    const [tag = ''] = position.split('.');
    const page = await join(`${tag}.2-0`);
    write(1);
    await vi.waitFor(() => expect(page.lines).toEqual(['1/0 2,1']));
    expect(offsetsIn(page.seat.position())).toEqual([2n, 1n]);
    write(0, 3);
    await vi.waitFor(() => expect(page.lines.slice(1)).toEqual(['0/2 3,1']));
  });

  it('of a process that was restarted finds what it missed in memory', async () => {
    const { position } = await join(null);
    write(0, 3);
    await vi.waitFor(async () => expect(offsetsIn((await join(null)).position)).toEqual([3n, 0n]));
    const reads = vi.spyOn(log, 'openReader');
    const other = await open();
    expect(reads).toHaveBeenCalledTimes(1);
    expect(await join(position, other)).toMatchObject({ how: 'resumed', missed: { length: 3 } });
    expect(reads).toHaveBeenCalledTimes(1);
    await other.close();
  });

  it('goes on after a record that cannot be read, and after an outage', async () => {
    const page = await join(null);
    log.appendRaw({ ...notedChange(codec, 0), value: Buffer.from('nonsense') });
    log.failNext('fetch-unavailable');
    write(0);
    await vi.waitFor(() => expect(page.lines).toEqual(['0/1 2,0']), { timeout: 5_000 });
  });
});
