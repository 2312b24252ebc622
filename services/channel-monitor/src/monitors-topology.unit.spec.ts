import { topics } from '@plumbline/events';
import { createTestDriver } from '@plumbline/runtime/testing';
import { expect, it } from 'vitest';
import type { ClientCommand } from './domain/monitors/commands.ts';
import { issue, keyIdOf, register, revoke, startMs } from './domain/monitors/testing-commands.ts';
import { monitorsTopology } from './monitors-topology.ts';

it('decides about a client under its own key, and knows it after a restart', async () => {
  const driver = await createTestDriver(monitorsTopology, { startMs });
  const topic = topics.monitorsCommands.name;
  const send = (payload: ClientCommand) => {
    driver.pipeInput({ topic, key: 'main/mc_phone', payload });
    return driver.readOutput(topics.monitorsOutcomes.name).at(-1)?.payload.data;
  };
  expect(send(register())).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 1n });
  const answered = send(issue(1)) as { readonly answer: string };
  expect(JSON.parse(answered.answer)).toEqual({
    ...{ status: 'ACTIVE', pid: '1000', clientId: 'mc_phone', name: 'the phone' },
    ...{ aids: ['1', '2'], keyId: keyIdOf(1) },
  });
  driver.restart();
  expect(send(register())).toMatchObject({ status: 'UNCHANGED', aggregateVersion: 2n });
  expect(send(revoke)).toMatchObject({ status: 'ACCEPTED', aggregateVersion: 3n });
  expect(send(issue(2))).toMatchObject({ status: 'REJECTED', code: 'CLIENT_REVOKED' });
  const told = driver.readOutput(topics.monitorsEvents.name);
  expect(told.map(({ payload, envelope }) => [payload.type, envelope.subject])).toEqual(
    ['MonitorClientRegistered', 'MonitorKeyIssued', 'MonitorClientRevoked'].map((type) => [
      ...[type, 'mc_phone'],
    ]),
  );
});
