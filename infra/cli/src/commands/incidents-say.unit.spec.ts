import { topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ExitCode } from '../session/failure.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { addIncidentsLook } from './incidents-look.ts';
import { addIncidentsSay } from './incidents-say.ts';

let session: MemorySession;
let running: RunningTopology;

const incident = {
  ...{ incidentId: 'i-1', rule: 'A', tenant: 'main', status: 'OPEN', endReason: null },
  ...{ openedAt: '2026-01-01T00:00:00.000Z', alerts: 3, open: 2 },
  atStake: [{ currency: 'CNY', amount: 30, open: 19.5 }],
};
const alert = (alertId: string, status: string) => ({
  ...{ alertId, status, tenant: 'main', orderNo: `H-${alertId}`, summary: 'paid, not shown' },
});
const second = [alert('a3', 'INVESTIGATING')];
let more: readonly ReturnType<typeof alert>[] = [];
const first = [alert('a1', 'OPEN'), alert('a2', 'AUTO_RESOLVED')];

beforeEach(async () => {
  more = [];
  session = createMemorySession();
  const { memory: log, memoryCodec: codec } = session;
  const topology = consistencyAlerts;
  running = await runTopology({ topology, log, codec, logger: silentLogger, partitions: 4 });
  await vi.waitFor(() => expect(running.ready()).toBe(true), 5_000);
  vi.stubGlobal('fetch', (url: string) => {
    const data = url.includes('/incidents?')
      ? { incidents: [incident], nextCursor: null }
      : url.includes('cursor=next')
        ? { incident, alerts: [...second, ...more], nextCursor: null }
        : { incident, alerts: first, nextCursor: 'next' };
    return Promise.resolve(new Response(JSON.stringify({ data })));
  });
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await running.close();
  await session.memory.close();
});

async function run(...args: readonly string[]): Promise<ExitCode | undefined> {
  let exit: ExitCode | undefined;
  const program = new Command('incidents');
  for (const add of [addIncidentsLook, addIncidentsSay]) {
    add(program, async (work) => {
      exit = await work(session);
    });
  }
  await program.parseAsync(args, { from: 'user' });
  return exit;
}

const asked = () =>
  session.memory.topicRecords(topics.alertsCommands.name).map(({ key, headers }) => ({
    ...{ key: key?.toString(), id: String(headers['ce_id']), type: String(headers['ce_type']) },
  }));

it('shows incidents with what is still at stake, and their alerts', async () => {
  expect(await run('list', '--status', 'OPEN')).toBe(0);
  expect(session.out.stdout()).toContain('19.50 CNY');
  expect(await run('show', 'i-1')).toBe(0);
  expect(session.out.stdout()).toContain('H-a2');
  expect(session.out.stdout()).toContain('and 1 more');
  await expect(run('list', '--limit', '0')).rejects.toThrow('--limit');
});

it('asks of each alert that it is about, on all pages, once however often it is run', async () => {
  expect(await run('resolve', 'i-1', '--reason', 'the bank was down')).toBe(1);
  const commands = asked();
  expect(commands.map(({ key, type }) => `${type} ${key ?? ''}`).sort()).toEqual([
    'ResolveAlert main/H-a1',
    'ResolveAlert main/H-a3',
  ]);
  // There are no such alerts in this log: what refused is told, by code.
  expect(session.out.stdout()).toContain('0 done, 1 left as they were');
  expect(session.out.stdout()).toContain('2 refused: ALERT_NOT_FOUND');
  await run('resolve', 'i-1', '--reason', 'the bank was down');
  expect(new Set(asked().map(({ id }) => id))).toEqual(new Set(commands.map(({ id }) => id)));
});

it('acknowledges what nobody looks at, and writes nothing without a reason', async () => {
  await run('acknowledge', 'i-1', '--reason', 'I look');
  expect(asked().map(({ key }) => key)).toEqual(['main/H-a1']);
  await run('reopen', 'i-1', '--reason', 'it was not');
  expect(asked()).toHaveLength(1);
  await expect(run('resolve', 'i-1', '--reason', ' ')).rejects.toThrow('--reason');
});

it('suppresses what stands, for a time, and takes back what people resolved or suppressed', async () => {
  more = [alert('a4', 'RESOLVED'), alert('a5', 'SUPPRESSED'), alert('a6', 'WRITTEN_OFF')];
  const until = ['--until', '2100-01-01T00:00:00Z'];
  await run('suppress', 'i-1', '--reason', 'known', ...until);
  await run('suppress', 'i-1', '--reason', 'known', ...until);
  const suppressed = asked();
  expect(suppressed.every(({ type }) => type === 'SuppressAlert')).toBe(true);
  expect(new Set(suppressed.map(({ key }) => key))).toEqual(new Set(['main/H-a1', 'main/H-a3']));
  // Until another time it is another command.
  await run('suppress', 'i-1', '--reason', 'known');
  expect(new Set(asked().map(({ id }) => id)).size).toBe(4);
  await run('reopen', 'i-1', '--reason', 'not known after all');
  const reopened = asked().filter(({ type }) => type === 'ReopenAlert');
  expect(reopened.map(({ key }) => key).sort()).toEqual(['main/H-a4', 'main/H-a5']);
});
