import { randomUUID } from 'node:crypto';
import { topics } from '@plumbline/events';
import { createCommandGateway, internalCallers } from '@plumbline/http';
import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { Vault } from '@plumbline/vault';
import { masterKeysOf, openVault } from '@plumbline/vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChannelMonitorConfig } from '../../config.ts';
import { schema } from '../../config.ts';
import { createClientKeys } from '../../keys/client-keys.ts';
import { monitorsTopology } from '../../monitors-topology.ts';
import { createClientQueries } from '../../projections/clients-queries.ts';
import { monitorsProjection } from '../../projections/clients.ts';
import { problem } from './error-codes.ts';
import { clientRoutes } from './routes.ts';

/** Of this run: the suite's servers are others' as well. */
const run = randomUUID().slice(0, 8);
const pid = `p${run}`;
const clientId = `mc_${run}`;

const openOwnVault = ({ config, logger, metrics }: Foundation<ChannelMonitorConfig>): Vault =>
  openVault({
    ...{ url: config.PLUMBLINE_POSTGRES_URL, masterKeys: masterKeysOf(config), logger, metrics },
    ...{ tenant: config.PLUMBLINE_TENANT, localStack: false, nowMs: Date.now },
  });

/** Clients alone, as the whole process has them. */
async function openClients(foundation: Foundation<ChannelMonitorConfig>): Promise<Parts> {
  const { config } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const monitors = await createCommandGateway({
    ...{ ...foundation, partitions, source: '/plumbline/monitors-edge' },
    commandsTopic: topics.monitorsCommands.name,
    outcomesTopic: topics.monitorsOutcomes.name,
  });
  const vault = openOwnVault(foundation);
  const models = openReadModels({
    ...{ ...foundation, partitions, url: config.PLUMBLINE_POSTGRES_URL },
    projections: [monitorsProjection],
  });
  const clientQueries = createClientQueries(models.readers);
  const { monitorKeys } = vault;
  const { PLUMBLINE_TENANT: tenant } = config;
  return {
    topologies: [monitorsTopology],
    routes: clientRoutes({
      ...{ monitors, clientQueries, monitorKeys, tenant, nowMs: Date.now },
      callers: internalCallers({ isLoopback: true, problem }),
    }),
    health: { outcomes: () => ({ ok: monitors.ready() }) },
    healthAtStart: { ...models.health, vault: () => vault.health() },
    async close() {
      await monitors.close();
      await models.close();
      await vault.close();
    },
  };
}

let edge: TestProcess<ChannelMonitorConfig>;
let elsewhere: Vault;
beforeAll(async () => {
  edge = await openTestProcess<ChannelMonitorConfig>({
    ...{ service: 'channel-monitor', schema, open: openClients },
  });
  elsewhere = openOwnVault(edge.foundation);
});
afterAll(async () => {
  await edge.close();
  await elsewhere.close();
});

const path = `/api/monitor/clients/${pid}/${clientId}`;
type Shown = Readonly<Record<string, unknown>>;
const post = async (to: string, body: unknown) => {
  const { status, json } = await edge.post(to, body);
  return { status, json: json as unknown as Shown };
};

it('has clients whose keys work in another process, until they are over or revoked', async () => {
  // As another process has them.
  const keys = () => createClientKeys({ monitorKeys: elsewhere.monitorKeys, localStack: false });
  const kindOf = async ({ json }: { readonly json: Shown }) =>
    (await keys().token(json['token'] as string)).kind;

  const registration = { pid, clientId, name: 'the phone', aids: [2, 1, 2] };
  const first = await post('/api/monitor/clients', registration);
  expect(first.status).toBe(201);
  expect(await kindOf(first)).toBe('good');
  expect(await post('/api/monitor/clients', registration)).toMatchObject({
    ...{ status: 200, json: { keyId: first.json['keyId'], secret: null } },
  });

  const changed = await edge.put(path, { name: 'the till', aids: [] });
  expect(changed.json).toMatchObject({ name: 'the till', aids: [], status: 'ACTIVE' });

  const next = await post(`${path}/rotate`, { overlapSeconds: 0 });
  expect(next).toMatchObject({ status: 200, json: { overlapUntil: null } });
  expect(await kindOf(next)).toBe('good');
  expect(await kindOf(first)).toBe('expired');

  const listed = await edge.get(`/api/monitor/clients?pid=${pid}`);
  expect(listed.json).toMatchObject({
    clients: [
      {
        ...{ pid, clientId, name: 'the till', status: 'ACTIVE', reason: null },
        keys: [{ keyId: next.json['keyId'], expiresAt: null }, { keyId: first.json['keyId'] }],
      },
    ],
  });

  const revoked = await post(`${path}/revoke`, { reason: 'it is lost' });
  expect(revoked.json).toMatchObject({ status: 'REVOKED', reason: 'it is lost' });
  const wait = { timeout: 20_000, interval: 250 };
  await expect.poll(() => kindOf(next), wait).toBe('revoked');
  expect((await post(`${path}/rotate`, {})).json['code']).toBe('client_revoked');
});
