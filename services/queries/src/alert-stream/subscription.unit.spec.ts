import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog, parseFeedPosition } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertStreams, AlertStreamsOptions } from './alert-streams.ts';
import { openAlertStreams } from './alert-streams.ts';
import * as limits from './limits.ts';
import type { FakeStream } from './testing/fake-stream.ts';
import { createFakeStream } from './testing/fake-stream.ts';
import type { MadeAlert } from './testing/told-alerts.ts';
import {
  acknowledgedAlert,
  activatedRules,
  createAlertsCodec,
  raisedAlert,
} from './testing/told-alerts.ts';
import type { AlertFilter } from './told-alert.ts';

const topic = topics.alertsEvents.name;
const partitions = 3;
const codec = await createAlertsCodec();
const everything: AlertFilter = { tenant: null, rules: null, types: null, severities: null };

let log: MemoryLog;
let streams: AlertStreams;
let others: AlertStreams[] = [];

const open = (options: Partial<AlertStreamsOptions> = {}): Promise<AlertStreams> =>
  openAlertStreams({
    ...{ log, codec, logger: silentLogger, partitions, beatMs: 60_000 },
    metrics: createMetrics({ service: 'queries', processMetrics: false }),
    ...options,
  });

beforeEach(async () => {
  log = createMemoryLog({ topics: [{ name: topic, partitions }] });
  streams = await open();
});
afterEach(async () => {
  for (const each of [streams, ...others]) await each.close();
  others = [];
  await log.close();
});

const raise = (made: MadeAlert): void => void log.appendRaw(raisedAlert(codec, made));

/** `count` alerts, in turn on all partitions. */
function raiseMany(count: number, more: Partial<MadeAlert> = {}): readonly string[] {
  const ids = Array.from({ length: count }, (_, at) => `${more.id ?? 'alert'}-${at}`);
  for (const [at, id] of ids.entries()) raise({ ...more, id, partition: at % partitions });
  return ids;
}

/** From a word, or from a position as a client has it. */
async function subscribe(
  from = 'end',
  { filter = everything, on = streams }: { filter?: AlertFilter; on?: AlertStreams } = {},
): Promise<FakeStream> {
  const begin = from === 'beginning' || from === 'end' ? from : parseFeedPosition(from);
  if (begin === null) throw new Error('no position');
  const stream = createFakeStream();
  (await on.admit(begin, filter))(stream);
  await vi.waitFor(() => expect(stream.events.length).toBeGreaterThan(0), { interval: 2 });
  return stream;
}

const told = (stream: FakeStream, ids: readonly string[], timeout = 5_000) =>
  vi.waitFor(() => expect([...stream.told()].sort()).toEqual([...ids].sort()), {
    ...{ timeout, interval: 5 },
  });

describe('a subscriber', () => {
  it('is told where it stands, and then of each step as it happens', async () => {
    raise({ id: 'before' });
    await vi.waitFor(async () => expect((await subscribe()).position()).toMatch(/\.1-0-0$/));
    const stream = await subscribe();
    raise({ id: 'a1', partition: 1 });
    log.appendRaw(activatedRules(codec, 1));
    log.appendRaw(acknowledgedAlert(codec, { id: 'a1', partition: 1 }));
    await told(stream, ['a1', 'a1-AlertAcknowledged']);
    const [hello, first, second] = stream.events;
    expect(hello).toEqual({
      ...{ event: 'position', id: hello?.id ?? '' },
      data: JSON.stringify({ position: hello?.id }),
    });
    expect([first?.event, second?.event]).toEqual(['AlertRaised', 'AlertAcknowledged']);
    expect(JSON.parse(first?.data ?? '')).toMatchObject({
      ...{ topic, partition: 1, offset: '0', type: 'AlertRaised', eventId: 'a1', version: '1' },
      ...{ time: '1970-01-01T00:00:00.001Z', actor: 'system:consistency-alerts' },
      data: { alertId: 'a1', severity: 'WARNING', amountMinor: '9007199254740993', detectedAt: 1 },
    });
  });

  it('resumes from every position that it was given, without a gap and without a repeat', async () => {
    const stream = await subscribe('beginning');
    const ids = raiseMany(20);
    await told(stream, ids);
    const order = stream.told();
    // A process of its own has everything in memory, another has to read nearly all of the log.
    const behind = await open({ ringAlertsMax: partitions });
    others.push(behind);
    for (const on of [streams, behind]) {
      for (const { id, data } of stream.events) {
        const seen = data.includes('eventId')
          ? order.slice(0, order.indexOf((JSON.parse(data) as { eventId: string }).eventId) + 1)
          : [];
        const again = await subscribe(id, { on });
        await told(
          again,
          ids.filter((each) => !seen.includes(each)),
        );
        again.cut();
      }
    }
  });

  it('that was away for long is given everything, from the log itself, and then lives on', async () => {
    const position = (await subscribe()).position();
    const ids = raiseMany(3_000);
    const behind = await open({ ringAlertsMax: 30 });
    others.push(behind);
    const stream = await subscribe(position, { on: behind });
    await told(stream, ids);
    raise({ id: 'later' });
    await told(stream, [...ids, 'later']);
    const whole = await subscribe('beginning', { on: behind });
    await told(whole, [...ids, 'later']);
  });

  it('keeps the order of each partition, from the log and from memory', async () => {
    const ids = raiseMany(500);
    const stream = await subscribe('beginning');
    const more = raiseMany(50, { id: 'more' });
    await told(stream, [...ids, ...more]);
    for (let partition = 0; partition < partitions; partition += 1) {
      const of = (list: readonly string[]) => list.filter((_, at) => at % partitions === partition);
      const expected = [...of(ids), ...of(more)];
      expect(stream.told().filter((id) => expected.includes(id))).toEqual(expected);
    }
  });

  it('is told of what it asks for, by tenant, rule, type and severity', async () => {
    const only = async (filter: Partial<AlertFilter>) =>
      subscribe('beginning', { filter: { ...everything, ...filter } });
    raise({ id: 'a', severity: 'CRITICAL' });
    raise({ id: 'b', rule: 'B' });
    raise({ id: 'c', tenant: 'demo_app', rule: 'C' });
    log.appendRaw(acknowledgedAlert(codec, { id: 'b', rule: 'B' }));
    const step = 'b-AlertAcknowledged';
    await told(await only({ tenant: 'demo_app' }), ['c']);
    await told(await only({ rules: new Set(['A', 'C']) }), ['a', 'c']);
    await told(await only({ types: new Set(['AlertAcknowledged']) }), [step]);
    await told(await only({ severities: new Set(['CRITICAL']) }), ['a', step]);
    const raisesOnly = { severities: new Set(['CRITICAL']), types: new Set(['AlertRaised']) };
    await told(await only(raisesOnly), ['a']);
  });

  it('hears with the beat how far it has come, though nothing was for it', async () => {
    const on = await open({ beatMs: 20 });
    others.push(on);
    const none = { ...everything, rules: new Set(['Y']) };
    const stream = await subscribe('end', { on, filter: none });
    raise({ id: 'a' });
    await vi.waitFor(() => expect(stream.position()).toMatch(/\.1-0-0$/), { interval: 2 });
    expect(stream.events.every(({ event }) => event === 'position')).toBe(true);
    await vi.waitFor(() => expect(stream.beats()).toBeGreaterThan(0));
    // It has not moved since: the beat says nothing.
    expect(stream.events.length).toBeLessThanOrEqual(3);
  });
});

describe('a subscriber that is slow', () => {
  const waitingBytesMax = 20_000;

  it('is waited for, holds little, and misses nothing', async () => {
    const on = await open({ waitingBytesMax, ringAlertsMax: 60 });
    others.push(on);
    const stream = await subscribe('end', { on });
    stream.hold();
    const ids = raiseMany(400, { summary: 'x'.repeat(1_000) });
    await vi.waitFor(() => expect(stream.mostWaiting()).toBeGreaterThan(waitingBytesMax));
    for (let taken = 0; taken < 100 && stream.told().length < ids.length; taken += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      stream.letGo();
      stream.hold();
    }
    await told(stream, ids);
    // What may wait, and what a stream that begins again is given out of memory: not all 600 KB.
    expect(stream.mostWaiting()).toBeLessThan(waitingBytesMax + limits.fromMemoryMax * 1_600);
    expect(stream.isOver()).toBe(false);
  });

  it('that takes nothing is ended, and told where to go on', async () => {
    const on = await open({ waitingBytesMax, takeWithinMs: 50 });
    others.push(on);
    const [stalled, quick] = [await subscribe('end', { on }), await subscribe('end', { on })];
    stalled.hold();
    const ids = raiseMany(300, { summary: 'x'.repeat(1_000) });
    await vi.waitFor(() => expect(stalled.isOver()).toBe(true), { timeout: 5_000 });
    const last = stalled.events.at(-1);
    expect(last?.event).toBe('end');
    expect(JSON.parse(last?.data ?? '')).toEqual({ code: 'TOO_SLOW', position: last?.id });
    await told(quick, ids);
    const seen = stalled.told();
    expect(seen.length).toBeLessThan(ids.length);
    const again = await subscribe(stalled.position(), { on });
    await told(
      again,
      ids.filter((id) => !seen.includes(id)),
    );
  });
});

describe('a position', () => {
  const code = (from: string, on = streams): Promise<string> =>
    subscribe(from, { on }).then(
      () => 'let in',
      (error: unknown) => (error as { readonly code: string }).code,
    );

  it('of another log, of other partitions or beyond the end is refused', async () => {
    const [tag = ''] = (await subscribe()).position().split('.');
    expect(await code(`${tag}.0-0-0`)).toBe('let in');
    for (const from of ['AAAAAAAA.0-0-0', `${tag}.0-0`, `${tag}.0-0-0-0`, `${tag}.0-0-1`])
      expect(await code(from), from).toBe('POSITION_UNKNOWN');
  });

  it('of what was deleted is refused, and the beginning is what there is', async () => {
    const stream = await subscribe();
    const ids = raiseMany(9);
    await told(stream, ids);
    log.deleteBefore({ topic, partition: 0, offset: 2n });
    expect(await code(stream.events[0]?.id ?? '')).toBe('POSITION_GONE');
    await told(
      await subscribe('beginning'),
      ids.filter((id) => !['alert-0', 'alert-3'].includes(id)),
    );
  });

  it('means nothing any more when the topic is made again', async () => {
    const stream = await subscribe();
    raise({ id: 'a' });
    await told(stream, ['a']);
    log.recreateTopic(topic);
    await vi.waitFor(() => expect(stream.isOver()).toBe(true), { timeout: 10_000 });
    expect(JSON.parse(stream.events.at(-1)?.data ?? '')).toMatchObject({ code: 'POSITION_LOST' });
    expect(await code(stream.position())).toBe('POSITION_UNKNOWN');
    const anew = await subscribe('beginning');
    raise({ id: 'b' });
    await told(anew, ['b']);
  });

  it('cannot be judged while the log is away', async () => {
    const { id } = (await subscribe()).events[0] ?? { id: '' };
    let isAway = false;
    const ends: MemoryLog['ends'] = (of) =>
      isAway ? Promise.reject(new Error('away')) : log.ends(of);
    const on = await open({
      log: {
        describeTopics: (of) => log.describeTopics(of),
        ends,
        openReader: (how) => log.openReader(how),
      },
    });
    others.push(on);
    isAway = true;
    expect(await code(id, on)).toBe('DEPENDENCY_DOWN');
    expect(await code('end', on)).toBe('let in');
    isAway = false;
    expect(await code(id, on)).toBe('let in');
  });
});

describe('a process', () => {
  it('goes on after an outage and a record that nobody can read', async () => {
    const stream = await subscribe();
    log.appendRaw({ ...raisedAlert(codec, { id: 'nonsense' }), value: Buffer.from('nonsense') });
    log.failNext('fetch-unavailable');
    raise({ id: 'a' });
    await told(stream, ['a']);
  });

  it('has so many streams, and a place that is left is free again', async () => {
    const on = await open({ streamsMax: 1 });
    others.push(on);
    const first = await subscribe('end', { on });
    await expect(on.admit('end', everything)).rejects.toMatchObject({ code: 'OVERLOADED' });
    first.cut();
    await subscribe('end', { on });
  });

  it('that stops tells its subscribers where to go on', async () => {
    const stream = await subscribe();
    raise({ id: 'a' });
    await told(stream, ['a']);
    await streams.close();
    const last = stream.events.at(-1);
    expect(JSON.parse(last?.data ?? '')).toEqual({ code: 'SERVER_STOPS', position: last?.id });
    expect(stream.isOver()).toBe(true);
    others.push(await open());
    const [on] = others;
    raise({ id: 'b' });
    await told(await subscribe(last?.id ?? '', { on: on ?? streams }), ['b']);
  });

  it('that reads for many who were away does so for a few at a time', async () => {
    let [reading, most] = [0, 0];
    const counted: AlertStreamsOptions['log'] = {
      describeTopics: (of) => log.describeTopics(of),
      ends: (of) => log.ends(of),
      openReader: async (how) => {
        const reader = await log.openReader(how);
        reading += 1;
        most = Math.max(most, reading);
        return {
          ...reader,
          close: () => {
            reading -= 1;
            return reader.close();
          },
        };
      },
    };
    const ids = raiseMany(200);
    const on = await open({ log: counted, ringAlertsMax: 3 });
    others.push(on);
    const all = await Promise.all(Array.from({ length: 60 }, () => subscribe('beginning', { on })));
    for (const stream of all) await told(stream, ids);
    // The tail has one as well.
    expect(most).toBeLessThanOrEqual(limits.pagesAtOnce + 1);
  });
});
