import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertFilter, AlertsFrom, ToldAlert } from './alert.ts';
import { PositionLost } from './alert.ts';
import { alertsFromLog } from './from-log.ts';
import {
  acknowledged,
  activated,
  createAlertsCodec,
  raised,
  recordOf,
  topic,
} from './testing/alert-records.ts';

const codec = await createAlertsCodec();
let log: MemoryLog;
beforeEach(() => {
  log = createMemoryLog({ topics: [{ name: topic, partitions: 2 }] });
});
afterEach(() => log.close());

const write = (event: Parameters<typeof recordOf>[1], id: string, partition = 0): void =>
  void log.appendRaw(recordOf(codec, event, { id, partition }));

/** The first so many. */
async function take(count: number, from: AlertsFrom, filter: AlertFilter = {}) {
  const ending = new AbortController();
  const told: ToldAlert[] = [];
  const away: Error[] = [];
  const onAway = (error: Error): void => void away.push(error);
  for await (const each of alertsFromLog({
    ...{ log, codec, from, filter, signal: ending.signal, onAway },
  })) {
    told.push(each);
    if (told.length === count) ending.abort();
  }
  return { told, ids: told.map(({ eventId }) => eventId), away };
}

it('alerts come with their data, who, when and where, and nothing that is about no alert', async () => {
  write(activated, 'rules');
  write(raised('a1'), 'e1');
  write(acknowledged('a1'), 'e2');
  const { told } = await take(2, 'beginning');
  expect(told).toMatchObject([
    {
      ...{ event: raised('a1'), eventId: 'e1', timeMs: 5, topic, partition: 0, offset: 1n },
      ...{ actor: 'system:consistency-alerts', causationId: null },
    },
    { event: acknowledged('a1'), eventId: 'e2' },
  ]);
});

it('goes on behind every position, without a gap and without a repeat', async () => {
  const ids = Array.from({ length: 12 }, (_, at) => `e${at}`);
  for (const [at, id] of ids.entries()) write(raised(id), id, at % 2);
  const { told, ids: order } = await take(12, 'beginning');
  expect([...order].sort()).toEqual([...ids].sort());
  for (const [at, { position }] of told.slice(0, -1).entries())
    expect((await take(11 - at, { after: position })).ids).toEqual(order.slice(at + 1));
  const end = take(1, 'end');
  await new Promise((resolve) => setTimeout(resolve, 50));
  write(raised('later'), 'later');
  expect((await end).ids).toEqual(['later']);
});

it('only what is asked for is told', async () => {
  write(raised('a1'), 'e1');
  write(acknowledged('a1'), 'e2');
  expect((await take(1, 'beginning', { types: ['AlertAcknowledged'] })).ids).toEqual(['e2']);
  expect((await take(1, 'beginning', { severities: ['INFO'] })).ids).toEqual(['e2']);
  write({ ...raised('b1'), data: { ...raised('b1').data, tenant: 'demo_app' } } as never, 'e3');
  expect((await take(1, 'beginning', { tenant: 'demo_app' })).ids).toEqual(['e3']);
});

it('an outage is waited for, told once, and loses nothing', async () => {
  write(raised('a1'), 'e1');
  log.failNext('fetch-unavailable');
  const { ids, away } = await take(1, 'beginning');
  expect([ids, away.length]).toEqual([['e1'], 1]);
});

it('a position of another log, or of what was deleted, is lost', async () => {
  for (let n = 0; n < 4; n += 1) write(raised('a1'), `e${n}`);
  const { told } = await take(4, 'beginning');
  const [first] = told.map(({ position }) => position);
  await expect(take(1, { after: 'AAAAAAAA.0-0' })).rejects.toThrow(PositionLost);
  await expect(take(1, { after: 'nonsense' })).rejects.toThrow(PositionLost);
  log.deleteBefore({ topic, partition: 0, offset: 3n });
  await expect(take(1, { after: first ?? '' })).rejects.toThrow(PositionLost);
  expect((await take(1, 'beginning')).ids).toEqual(['e3']);
});
