import { deskKeyOf, desksTopology, remediesTopology, remedyIdOf } from '@plumbline/alert-desk';
import { topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ask } from '../session/ask.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { sayOfRemedy, setPolicy, switchRemedies } from './remedies-say.ts';

let session: MemorySession;
let running: readonly RunningTopology[];

beforeEach(async () => {
  session = createMemorySession();
  const { memory: log, memoryCodec: codec } = session;
  const desks = desksTopology({ partitions: 4, tenant: 'main' });
  running = await Promise.all(
    [desks, remediesTopology].map((topology) =>
      runTopology({ topology, log, codec, logger: silentLogger, partitions: 4 }),
    ),
  );
  await vi.waitFor(() => expect(running.every((each) => each.ready())).toBe(true), 5_000);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(running.map((each) => each.close()));
  await session.memory.close();
});

const policy = { rule: 'C', mode: 'ACT', perHour: '20', reason: 'try it' } as const;

it('sets a policy at the desk of the tenant, in minor units, and the same again is no news', async () => {
  const options = { ...policy, limit: ['JPY:5000:50000:2000', 'CNY:12.50:100:1'], dryRun: true };
  expect(await setPolicy(session, options)).toBe(0);
  expect(await setPolicy(session, options)).toBe(0);
  expect(session.out.stdout().trim().split('\n')).toEqual([
    'REFUND for alerts of rule C of main: ACT, a dry run',
    'REFUND for alerts of rule C of main: ACT, a dry run already',
  ]);
  const [record] = session.memory.topicRecords(topics.desksCommands.name);
  expect(record?.key?.toString()).toBe(deskKeyOf('main'));
});

it('says why a policy is refused, and writes none that it cannot read', async () => {
  await expect(setPolicy(session, policy)).rejects.toThrow('REJECTED POLICY_WITHOUT_LIMIT');
  const wrong = ['JPY:5000:50000', 'JPY:1.5:9:9', 'yen:1:1:1', 'JPY:a:1:1', 'JPY:1:1:1:1'];
  const before = session.memory.topicRecords(topics.desksCommands.name).length;
  for (const limit of wrong)
    await expect(setPolicy(session, { ...policy, limit: [limit] })).rejects.toThrow('--limit');
  await expect(setPolicy(session, { ...policy, perHour: '-1' })).rejects.toThrow('--per-hour');
  await expect(setPolicy(session, { ...policy, reason: ' ' })).rejects.toThrow('--reason');
  expect(session.memory.topicRecords(topics.desksCommands.name)).toHaveLength(before);
});

const lines = (): readonly string[] => session.out.stdout().trim().split('\n');

it('stops and resumes, of one rule and of all', async () => {
  await switchRemedies(session, 'stop', { reason: 'wait', tenant: 'main' });
  await switchRemedies(session, 'stop', { reason: 'wait', tenant: 'main' });
  await switchRemedies(session, 'stop', { rule: 'C', reason: 'wait', tenant: 'shop' });
  await switchRemedies(session, 'resume', { reason: 'go on', tenant: 'main' });
  expect(lines()).toEqual([
    'remedies of all rules of main are stopped',
    'remedies of all rules of main are stopped already',
    'remedies of rule C of shop are stopped',
    'remedies of all rules of main are running',
  ]);
});

it('stops the sweeps of channels as well where neither tenant nor rule is named', async () => {
  await switchRemedies(session, 'stop', { reason: 'wait' });
  expect([...lines()].sort()).toEqual([
    'remedies of all rules of main are stopped',
    'remedies of all rules of platform are stopped',
  ]);
  await switchRemedies(session, 'resume', { reason: 'go on', json: true });
  expect(JSON.parse(lines().slice(2).join('\n'))).toMatchObject({
    main: { status: 'ACCEPTED' },
    platform: { status: 'ACCEPTED' },
  });
  const keys = session.memory
    .topicRecords(topics.desksCommands.name)
    .map(({ key }) => key?.toString());
  expect(new Set(keys)).toEqual(new Set([deskKeyOf('main'), deskKeyOf('platform')]));
});

it('stops what it can where one desk refuses, and says what was refused', async () => {
  const another = { tenant: 'shop', rule: null, reason: 'whose desk is this?' };
  await ask(session, {
    commandsTopic: topics.desksCommands.name,
    outcomesTopic: topics.desksOutcomes.name,
    ...{ key: deskKeyOf('main'), subject: 'shop', decider: 'alert-desk' },
    payload: { type: 'StopRemedies', data: another },
  });
  const stopping = switchRemedies(session, 'stop', { reason: 'wait' });
  await expect(stopping).rejects.toThrow('DESK_OF_ANOTHER_TENANT');
  expect(lines()).toEqual(['remedies of all rules of platform are stopped']);
});

it('approves at the order that queries names, and says why that was refused', async () => {
  const answer = { data: { tenant: 'shop', orderNo: 'H1' } };
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(answer))));
  const remedyId = remedyIdOf('shop/H1', 'a-1');
  const say = sayOfRemedy(session, { type: 'ApproveRemedy', remedyId }, { reason: 'yes' });
  await expect(say).rejects.toThrow('REJECTED REMEDY_NOT_FOUND');
  const [command] = session.memory.topicRecords(topics.remediesCommands.name);
  expect(command?.key?.toString()).toBe('shop/H1');
});

it('speaks of silent channels at the desk of the platform, and of no other tenant', async () => {
  const silence = { rule: 'W', mode: 'ACT', perHour: '2', reason: 'ask' } as const;
  await setPolicy(session, silence);
  await switchRemedies(session, 'stop', { rule: 'W', reason: 'wait' });
  expect(session.out.stdout().trim().split('\n')).toEqual([
    'SWEEP_CHANNEL for alerts of rule W of platform: ACT',
    'remedies of rule W of platform are stopped',
  ]);
  await expect(setPolicy(session, { ...silence, tenant: 'main' })).rejects.toThrow('--tenant');
});
