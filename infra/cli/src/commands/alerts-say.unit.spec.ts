import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import type { SayOptions } from './alerts-say.ts';
import { sayings, sayOfAlerts } from './alerts-say.ts';

let session: MemorySession;
let running: RunningTopology;

const queriesAnswers = (status: number, body: unknown) =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })));

beforeEach(async () => {
  session = createMemorySession();
  const { memory: log, memoryCodec: codec } = session;
  const topology = consistencyAlerts;
  running = await runTopology({ topology, log, codec, logger: silentLogger, partitions: 4 });
  await vi.waitFor(() => expect(running.ready()).toBe(true), 5_000);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await running.close();
  await session.memory.close();
});

const say = (verb: string, alertIds: readonly string[], options: Partial<SayOptions> = {}) => {
  const saying = sayings.find((each) => each.verb === verb);
  if (saying === undefined) throw new Error(`nothing is called ${verb}`);
  return sayOfAlerts(session, { saying, alertIds }, { reason: 'asked the bank', ...options });
};
const acknowledge = (reason = 'asked the bank') => say('acknowledge', ['a-1'], { reason });

const asked = async () => {
  const records = session.memory.topicRecords(topics.alertsCommands.name);
  await session.memoryCodec.prepare([topics.alertsCommands.name]);
  return records.map(({ topic, value }) => {
    const { type, data } = session.memoryCodec.decode(topic, value ?? Buffer.alloc(0));
    return { type, data };
  });
};

it('asks the task of the order that queries names, and says why it was refused', async () => {
  queriesAnswers(200, { data: { tenant: 'demo_app', orderNo: 'H1' } });
  await expect(acknowledge()).rejects.toThrow('REJECTED ALERT_NOT_FOUND');
  const [command] = session.memory.topicRecords(topics.alertsCommands.name);
  expect(command?.key?.toString()).toBe('demo_app/H1');
});

it('writes nothing without a reason, nor of an alert that queries does not know', async () => {
  queriesAnswers(404, { code: 'ALERT_NOT_FOUND' });
  await expect(acknowledge()).rejects.toThrow('404');
  await expect(acknowledge(' ')).rejects.toThrow('--reason must not be empty');
  expect(session.memory.topicRecords(topics.alertsCommands.name)).toEqual([]);
});

it('says one thing of several alerts, and what became of each', async () => {
  queriesAnswers(200, { data: { tenant: 'demo_app', orderNo: 'H1' } });
  expect(await say('investigate', ['a-1', 'a-2', 'a-1'])).toBe(1);
  const refused = 'REJECTED ALERT_NOT_FOUND: the order has no such alert, or it ended long ago';
  expect(session.out.stdout()).toBe(`alert a-1: ${refused}\nalert a-2: ${refused}\n`);
  expect((await asked()).map(({ type }) => type)).toEqual(['InvestigateAlert', 'InvestigateAlert']);
});

it.each([
  [
    ...['write-off', { loss: '12.5' }, 'WriteOffAlert'],
    { lossMinor: 1_250n, lossCurrency: 'CNY' },
  ] as const,
  [
    ...['write-off', { loss: '12', currency: 'JPY' }, 'WriteOffAlert'],
    { lossMinor: 12n, lossCurrency: 'JPY' },
  ] as const,
  ['write-off', {}, 'WriteOffAlert', { lossMinor: null, lossCurrency: null }] as const,
  ['suppress', {}, 'SuppressAlert', { until: null }] as const,
  [
    ...['suppress', { until: '2999-01-31T12:00:00Z' }, 'SuppressAlert'],
    { until: Date.UTC(2999, 0, 31, 12) },
  ] as const,
])('%s with %j asks for it', async (verb, options, type, data) => {
  queriesAnswers(200, { data: { tenant: 'demo_app', orderNo: 'H1' } });
  await expect(say(verb, ['a-1'], options)).rejects.toThrow('ALERT_NOT_FOUND');
  const [command] = await asked();
  expect(command).toEqual({ type, data: { alertId: 'a-1', reason: 'asked the bank', ...data } });
});

it.each([
  ['write-off', ['a-1'], { loss: 'all' }, '--loss is an amount'],
  ['write-off', ['a-1'], { loss: '0' }, '--loss is an amount'],
  ['write-off', ['a-1'], { loss: '1.234' }, '--loss is an amount'],
  ['write-off', ['a-1'], { loss: '1', currency: 'yuan' }, 'yuan is no currency'],
  ['write-off', ['a-1', 'a-2'], { loss: '1' }, '--loss is of one alert'],
  ['suppress', ['a-1'], { for: 'long' }, '--for is a duration'],
  ['suppress', ['a-1'], { until: '2020-01-31T12:00:00Z' }, 'is over'],
] as const)('%s of %j with %j is asked wrongly', async (verb, ids, options, message) => {
  queriesAnswers(200, { data: { tenant: 'demo_app', orderNo: 'H1' } });
  await expect(say(verb, ids, options)).rejects.toThrow(message);
  expect(await asked()).toEqual([]);
});
