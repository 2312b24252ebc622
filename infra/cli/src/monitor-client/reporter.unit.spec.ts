import { describe, expect, it } from 'vitest';
import { openKeepFolder } from './keep-folder.ts';
import { callsAtOnce } from './limits.ts';
import type { MonitorAnswer, Reported } from './monitor-api.ts';
import type { ReportEvent } from './reporter.ts';
import { createReporter } from './reporter.ts';
import { createMemoryDisk } from './testing/memory-disk.ts';

type Answer = MonitorAnswer<Reported>;
const accepted: Answer = { kind: 'accepted', answer: { result: 'MATCHED' } };
const again = (notBeforeMs = 0): Answer => ({ kind: 'again', problem: '503 x', notBeforeMs });

/** A reporter on a disk in memory, whose time passes when it has nothing else to do. */
async function open(
  answer: (call: { record: string; time: number; atMs: number }) => Answer | Promise<Answer>,
  of: { disk?: ReturnType<typeof createMemoryDisk>; random?: number; triesMax?: number } = {},
) {
  const { disk = createMemoryDisk(), random = 0.5, triesMax = 20 } = of;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  let nowMs = 0;
  const pass = (): void => {
    sleepers.sort((one, other) => one.atMs - other.atMs);
    const first = sleepers.shift();
    nowMs = Math.max(nowMs, first?.atMs ?? 0);
    first?.wake();
  };
  const clock = {
    nowMs: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleepers.push({ atMs: nowMs + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve());
        setImmediate(() => setImmediate(pass));
      }),
  };
  const stop = new AbortController();
  const events: ReportEvent[] = [];
  const calls: { record: string; atMs: number }[] = [];
  const folder = await openKeepFolder({
    ...{ folder: '/k', files: disk, nowMs: () => calls.length, retryAlarmed: false },
  });
  const reporter = createReporter({
    ...{ folder, clock, triesMax, signal: stop.signal },
    backOff: { firstMs: 1_000, longestMs: 60_000, random: () => random },
    api: {
      report: async (record) => {
        calls.push({ record, atMs: nowMs });
        const time = calls.filter((call) => call.record === record).length;
        return answer({ record, time, atMs: nowMs });
      },
    },
    onEvent: (event) => {
      events.push(event);
      return Promise.resolve();
    },
  });
  const add = async (...records: readonly string[]): Promise<void> => {
    for (const record of records) reporter.add((await folder.keep(record)).name);
  };
  return { add, reporter, folder, events, calls, disk, stop };
}

describe('a record that is not accepted', () => {
  it('is tried again after waits that double up to the longest, a random share of each', async () => {
    const { add, reporter, calls, events, disk } = await open(({ time }) =>
      time === 9 ? accepted : again(),
    );
    await add('r');
    await reporter.settled();
    const waits = calls.slice(1).map(({ atMs }, at) => atMs - (calls[at]?.atMs ?? 0));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(events.at(-1)).toEqual({
      ...{ event: 'reported', record: 'r', tries: 9, answer: { result: 'MATCHED' } },
    });
    expect(disk.ending('.json')).toEqual([]);
  });

  it('is alarmed after so many tries, and put away after that', async () => {
    const { add, reporter, events, disk } = await open(() => again(), { triesMax: 3 });
    await add('r');
    await reporter.settled();
    const [file = ''] = disk.ending('.json');
    expect(file).toMatch(/^\/k\/alarmed\/\d{13}-[0-9a-f]{32}\.json$/);
    expect(events.map(({ event }) => event)).toEqual(['retry', 'retry', 'alarm']);
    expect(events.at(-1)).toEqual({
      ...{ event: 'alarm', record: 'r', tries: 3, problem: '503 x', file },
    });
    expect(String(await disk.read(file))).toContain('"tries":3,"problem":"503 x"');
  });

  it('is alarmed at once where no other try will do', async () => {
    const { add, reporter, calls, events } = await open(() => ({ kind: 'never', problem: '400' }));
    await add('r');
    await reporter.settled();
    expect([calls.length, events.map(({ event }) => event)]).toEqual([1, ['alarm']]);
  });

  it('is tried again for as often as is left of its tries when a client comes back', async () => {
    const disk = createMemoryDisk();
    const first = await open(({ time }) => (time === 2 ? stopped() : again()), { disk });
    const stopped = (): Answer => {
      first.stop.abort();
      return again();
    };
    await first.add('r');
    await first.reporter.settled();
    expect(first.reporter.waiting()).toBe(1);
    const second = await open(() => again(), { disk, triesMax: 3 });
    for (const name of second.folder.waiting) second.reporter.add(name);
    await second.reporter.settled();
    // The try that was stopped in the middle is none.
    expect(second.calls).toHaveLength(2);
    expect(second.events.at(-1)).toMatchObject({ event: 'alarm', tries: 3 });
  });
});

describe('all records', () => {
  it('wait as long as the server says, also those that it has not seen', async () => {
    const { add, reporter, calls } = await open(
      ({ record, time }) => (record === 'a' && time === 1 ? again(30_000) : accepted),
      { random: 0 },
    );
    await add('a');
    while (calls.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    await add('b');
    await reporter.settled();
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 30_000, 30_000]);
  });

  it('are reported a few at once, each once', async () => {
    let [underWay, most] = [0, 0];
    const { add, reporter, calls } = await open(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return accepted;
    });
    const records = Array.from({ length: 50 }, (_, at) => `r${at}`);
    await add(...records);
    await reporter.settled();
    expect(most).toBe(callsAtOnce);
    expect(calls.map(({ record }) => record).sort()).toEqual([...records].sort());
  });

  it('may wait in any number without a warning of Node on the standard error', async () => {
    const warned: string[] = [];
    const onWarning = ({ name }: Error): void => void warned.push(name);
    process.on('warning', onWarning);
    const { add, reporter } = await open(({ time }) => (time === 1 ? again() : accepted));
    await add(...Array.from({ length: 30 }, (_, at) => `r${at}`));
    await reporter.settled();
    process.off('warning', onWarning);
    expect(warned).toEqual([]);
  });

  it('stay where they are when the disk fails, which is said', async () => {
    const disk = createMemoryDisk();
    const full = { ...disk, remove: () => Promise.reject(new Error('ENOSPC')) };
    const { add, reporter } = await open(() => accepted, { disk: full });
    await add('a');
    await expect(reporter.settled()).rejects.toThrow('ENOSPC');
    expect(reporter.over.aborted).toBe(true);
    expect(disk.ending('.json')).toHaveLength(1);
  });
});

describe('the same record twice', () => {
  it('waits once', async () => {
    const { folder } = await open(() => accepted);
    const { name } = await folder.keep('a');
    expect(await folder.keep('a')).toEqual({ name, isNew: false });
    await folder.accepted(name);
    expect((await folder.keep('a')).isNew).toBe(true);
  });
});
