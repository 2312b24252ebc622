import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { sayOfAlert } from './alerts-say.ts';

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

const acknowledge = (reason = 'asked the bank') =>
  sayOfAlert(session, { type: 'AcknowledgeAlert', alertId: 'a-1' }, { reason });

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
