import type { CommandOutcome, MonitorsCommand } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { createHttpApp, internalCallers, listen } from '@plumbline/http';
import { slotOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { openMemoryVault } from '@plumbline/vault';
import { clientDecider } from '../../../domain/monitors/client.ts';
import type { ClientState } from '../../../domain/monitors/state.ts';
import { createClientKeys } from '../../../keys/client-keys.ts';
import type { ClientQueries, ClientView } from '../../../projections/clients-queries.ts';
import type { ClientsEdge } from '../edge.ts';
import { problem } from '../error-codes.ts';
import { clientRoutes } from '../routes.ts';

export const startMs = Date.UTC(2026, 10, 22);

interface Known {
  readonly state: ClientState;
  readonly version: bigint;
  readonly reason: string | null;
}

/** Clients in memory, decided by the very decider that production runs. */
function createClients() {
  const known = new Map<string, Known>();
  const asked: MonitorsCommand[] = [];
  /** Runs before and after each decision: a test says where the process dies. */
  const nothing = (_command: Command): void => undefined;
  const faults = { before: nothing, after: nothing };

  function decide(command: Command): Executed {
    faults.before(command);
    const payload = command.payload as MonitorsCommand;
    asked.push(payload);
    const { key } = command;
    const before = known.get(key) ?? {
      state: clientDecider.initialState,
      version: 0n,
      reason: null,
    };
    const decision = clientDecider.decide(payload, before.state, {
      ...{ atMs: startMs, offset: BigInt(asked.length), correlationId: 'c' },
      actor: command.actor,
      ...{ slot: slotOfRecordKey(key), eventId: (index: number) => `${command.id}-${index}` },
    });
    const events = decision.kind === 'accepted' ? decision.events : [];
    const state = events.reduce((so, event) => clientDecider.evolve(so, event), before.state);
    const version = before.version + BigInt(events.length);
    const revoked = events.find(({ type }) => type === 'MonitorClientRevoked');
    const reason = revoked !== undefined && 'reason' in revoked.data ? revoked.data.reason : null;
    known.set(key, { state, version, reason: reason ?? before.reason });
    const refusal = decision.kind === 'rejected' ? decision.rejection : null;
    const answer = clientDecider.answer(state, payload, decision);
    const outcome: CommandOutcome = {
      ...{ commandId: command.id, commandType: payload.type, fingerprint: '' },
      status: refusal !== null ? 'REJECTED' : events.length > 0 ? 'ACCEPTED' : 'UNCHANGED',
      ...{ code: refusal?.code ?? null, message: refusal?.message ?? null, details: null },
      answer: refusal === null ? JSON.stringify(answer) : null,
      ...{ events: [], aggregateVersion: version, commandPartition: 0 },
      ...{ commandOffset: 0n, commandIncarnation: 'test' },
    };
    faults.after(command);
    return { kind: 'decided', outcome };
  }

  const viewOf = ({ state, version, reason }: Known): ClientView | null => {
    if (state.status === 'none') return null;
    const { pid, clientId, name, aids, status } = state;
    const times = { createdAtMs: startMs, updatedAtMs: startMs };
    return { version, pid, clientId, name, aids, status, reason, ...times };
  };
  const queries: ClientQueries = {
    byKey: (key) => {
      const found = known.get(key);
      return Promise.resolve(found === undefined ? null : viewOf(found));
    },
    list: ({ pid }) =>
      Promise.resolve(
        [...known.values()]
          .map(viewOf)
          .filter((view) => view !== null)
          .filter((view) => pid === null || view.pid === pid),
      ),
  };
  const gateway: ClientsEdge['monitors'] = {
    execute: (command) =>
      new Promise<Executed>((resolve) => {
        resolve(decide(command));
      }),
    lastSeenVersion: (key) => known.get(key)?.version ?? null,
  };
  return { asked, faults, queries, gateway };
}

export interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The routes on a free port; the log is in memory, and the read model follows at once. */
export async function openClientsWorld(options: { readonly isLoopback?: boolean } = {}) {
  let atMs = startMs;
  const nowMs = () => atMs;
  const vault = openMemoryVault({ nowMs });
  const { asked, faults, queries, gateway } = createClients();
  const { monitorKeys } = vault;
  const edge: ClientsEdge = {
    ...{ monitors: gateway, clientQueries: queries, monitorKeys, tenant: 'main', nowMs },
    callers: internalCallers({ isLoopback: options.isLoopback ?? true, problem }),
  };
  const app = createHttpApp({
    ...{ service: 'channel-monitor', version: 'test', logger: silentLogger, health: {} },
    metrics: createMetrics({ service: 'channel-monitor', processMetrics: false }),
    ...{ routes: clientRoutes(edge), serviceKey: 'the-service-key', checkResponses: true },
  });
  const http = await listen(app, { host: '127.0.0.1', port: 0 });

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(`${http.url}/api/monitor/clients${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Answer['json'] };
  }
  return {
    ...{ call, asked, faults, vault, http, pass: (ms: number) => (atMs += ms) },
    /** As the edge that takes records has them. */
    keys: createClientKeys({ monitorKeys, localStack: false }),
  };
}

export type ClientsWorld = Awaited<ReturnType<typeof openClientsWorld>>;
