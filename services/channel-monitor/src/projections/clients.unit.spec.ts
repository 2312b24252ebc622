import { given } from '@plumbline/kernel/testing';
import type { ProjectedRecord } from '@plumbline/postgres';
import { openMemoryReadModel } from '@plumbline/postgres';
import { expect, it } from 'vitest';
import { clientDecider } from '../domain/monitors/client.ts';
import { change, issue, register, revoke, told } from '../domain/monitors/testing-commands.ts';
import { monitorsProjection } from './clients.ts';

const events = told(...[register(), issue(1), change({ name: 'x', aids: [] }), issue(2), revoke]);

const recordOf = (payload: (typeof events)[number], at: number): ProjectedRecord => ({
  ...{ topic: 't', partition: 0, offset: BigInt(at), incarnation: 'x', timeMs: 0 },
  ...{ key: 'main/mc_phone', payload },
  envelope: {
    ...{ id: `e${at}`, type: payload.type, source: '/test', subject: 'mc_phone' },
    ...{ timeMs: 0, correlationId: 'x', causationId: null, actor: 'api:test' },
    ...{ aggregateVersion: BigInt(at + 1), previousHash: '0'.repeat(64) },
    ...{ subjectKeyId: null, traceparent: null },
  },
});

it('shows of a client what its decider knows, after each event', async () => {
  const model = await openMemoryReadModel(monitorsProjection);
  expect(events).toHaveLength(5);
  for (const [at, event] of events.entries()) {
    await model.transaction((sql) => monitorsProjection.apply([recordOf(event, at)], sql));
    const { state } = given(clientDecider, events.slice(0, at + 1));
    if (state.status === 'none') return expect.unreachable('no client');
    const { tenant, pid, clientId: client_id, name, aids, status } = state;
    expect(model.rows('clients')).toMatchObject([
      { ...{ client_key: 'main/mc_phone', version: BigInt(at + 1), tenant, pid, client_id, name } },
    ]);
    expect(model.rows('clients')).toMatchObject([{ aids, status }]);
  }
  expect(model.rows('clients')).toMatchObject([{ reason: 'the phone is lost' }]);
});

it('shows the same when all comes at once', async () => {
  const model = await openMemoryReadModel(monitorsProjection);
  await model.transaction((sql) => monitorsProjection.apply(events.map(recordOf), sql));
  expect(model.rows('clients')).toMatchObject([{ name: 'x', aids: [], status: 'REVOKED' }]);
});
