import type { CommandOutcome, EndpointsCommand, NotificationsCommand } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import type { Decider, Payload } from '@plumbline/kernel';
import { slotOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { judgeUrl } from '@plumbline/outbound';
import { PostgresDown } from '@plumbline/postgres';
import type { ApiKey, MemoryVault } from '@plumbline/vault';
import { openMemoryVault } from '@plumbline/vault';
import { createEndpointDecider } from '../../../domain/endpoint/endpoint.ts';
import { endpointKeyOf } from '../../../domain/endpoint/endpoint-id.ts';
import type { EndpointState } from '../../../domain/endpoint/state.ts';
import type { NotificationCommand } from '../../../domain/notification/commands.ts';
import { createNotificationDecider } from '../../../domain/notification/notification.ts';
import type { NotificationsState } from '../../../domain/notification/state.ts';
import { createPassingClock } from '../../../testing/passing-clock.ts';
import type { NotificationsEdge } from '../../edge.ts';
import { endpointRoutes } from '../routes.ts';
import { endpointQueriesOf, notificationQueriesOf } from './state-queries.ts';

const intervalsMs = [30_000, 60_000];
export const startMs = Date.UTC(2026, 10, 22);

/** A context's aggregates in memory, decided by the very decider that production runs. */
function aggregates<S, C extends Payload, E extends Payload>(
  decider: Decider<S, C, E>,
  completed: (command: Payload) => C,
) {
  const states = new Map<string, { readonly state: S; readonly version: bigint }>();
  const asked: Command[] = [];
  /** Runs before each decision: a test says what goes wrong. */
  const faults: { before: (command: Command) => void } = { before: () => undefined };

  function decide(command: Command): Executed {
    faults.before(command);
    asked.push(command);
    const { key } = command;
    const known = states.get(key) ?? { state: decider.initialState, version: 0n };
    const context = {
      ...{ atMs: startMs + asked.length, offset: BigInt(asked.length), correlationId: 'c' },
      actor: command.actor,
      ...{ slot: slotOfRecordKey(key), eventId: (index: number) => `${command.id}-${index}` },
    };
    const given = completed(command.payload);
    const decision = decider.decide(given, known.state, context);
    const events = decision.kind === 'accepted' ? decision.events : [];
    const state = events.reduce((before, event) => decider.evolve(before, event), known.state);
    const version = known.version + BigInt(events.length);
    if (version > 0n) states.set(key, { state, version });
    const refusal = decision.kind === 'rejected' ? decision.rejection : null;
    const answer = refusal === null ? JSON.stringify(decider.answer(state, given, decision)) : null;
    const outcome: CommandOutcome = {
      ...{ commandId: command.id, commandType: command.payload.type, fingerprint: '' },
      status: refusal !== null ? 'REJECTED' : events.length > 0 ? 'ACCEPTED' : 'UNCHANGED',
      ...{ code: refusal?.code ?? null, message: refusal?.message ?? null },
      details: refusal?.details === undefined ? null : JSON.stringify(refusal.details),
      ...{ events: [], aggregateVersion: version, answer, commandPartition: 0 },
      ...{ commandOffset: 0n, commandIncarnation: 'test' },
    };
    return { kind: 'decided', outcome };
  }
  return {
    ...{ states, asked, faults },
    gateway: {
      execute: (command: Command) =>
        new Promise<Executed>((resolve) => {
          resolve(decide(command));
        }),
      lastSeenVersion: (key: string) => states.get(key)?.version ?? null,
      ready: () => true,
    },
  };
}

/** An API key for each text; `local-merchant-key` is demo_app with all scopes. */
const keysOf = (vault: MemoryVault): NotificationsEdge['apiKeys'] => ({
  authenticate: async (text) => {
    if (text === 'asked-in-vain') throw new PostgresDown('away');
    const [, appId, scope] = /^key-([a-z]+)-([a-z]+)$/.exec(text) ?? [];
    if (appId === undefined || scope === undefined) return vault.apiKeys.authenticate(text);
    const scopes: ApiKey['scopes'] =
      scope === 'all' ? ['endpoints:read', 'endpoints:write'] : ['endpoints:read'];
    return { keyId: `id-of-${appId}`, appId, name: '', scopes };
  },
});

export interface WorldOptions {
  readonly isLoopback?: boolean;
  /** How often an endpoint is not known yet to the task of a trial. */
  readonly unknownTimes?: number;
}

/** The routes on a free port; what they ask is in memory, and the read models follow at once. */
export async function openEdgeWorld(options: WorldOptions = {}) {
  const vault = openMemoryVault();
  let unknownLeft = options.unknownTimes ?? 0;
  const endpoints = aggregates<EndpointState, EndpointsCommand, never>(
    createEndpointDecider({ alertAfterMs: 300_000 }) as never,
    (command) => command as EndpointsCommand,
  );
  /** As the topology completes a trial from what it knows of endpoints. */
  function completed(payload: Payload): NotificationCommand {
    const command = payload as NotificationsCommand;
    if (command.type !== 'TriggerNotification') return command;
    const { endpointId, notificationId, content } = command.data;
    const state = endpoints.states.get(endpointKeyOf(endpointId))?.state;
    unknownLeft -= 1;
    if (state === undefined || state.status === 'none' || unknownLeft >= 0) return command;
    const { settings, settingsVersion } = state;
    const { inOrder, intervalsMs: own } = settings;
    const target = { notificationId, endpointId, settingsVersion, inOrder, intervalsMs: own };
    return { type: 'Announce', data: { content, targets: [target] } };
  }
  const notifications = aggregates<NotificationsState, NotificationCommand, never>(
    createNotificationDecider({ intervalsMs, levelsMs: intervalsMs, keepMs: 1e9 }) as never,
    completed,
  );
  const clock = createPassingClock();
  const queries = notificationQueriesOf(notifications.states);
  const edge: NotificationsEdge = {
    ...{ notifications: notifications.gateway, endpoints: endpoints.gateway, clock, intervalsMs },
    ...{ queries, endpointQueries: endpointQueriesOf(endpoints.states), apiKeys: keysOf(vault) },
    ...{ secrets: vault.endpointSecrets, keyRing: vault.keyRing, tenant: 'main' },
    judgeUrl: (url) => judgeUrl(url, { allowLoopback: false, ports: [], allowHttp: false }),
    ...{ isLoopback: options.isLoopback ?? true, localStack: true, isAsync: true },
    ...{ deliveryMs: 1_000, nowMs: () => startMs },
    rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
  };
  const app = createHttpApp({
    ...{ service: 'notifications', version: 'test', logger: silentLogger, health: {} },
    metrics: createMetrics({ service: 'notifications', processMetrics: false }),
    ...{ routes: endpointRoutes(edge), serviceKey: 'the-service-key', checkResponses: true },
  });
  const http = await listen(app, { host: '127.0.0.1', port: 0 });

  async function call(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const { body, as, headers } = asked;
    const response = await fetch(`${http.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(as === undefined ? {} : { Authorization: `Bearer ${as}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Omit<Answer, 'status'>;
    return { ...json, status: response.status };
  }
  return { call, edge, vault, endpoints, notifications, clock, attempts: queries.kept, http };
}

interface Asked {
  readonly body?: unknown;
  /** Text of an API key; the internal caller of this machine without one. */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type EdgeWorld = Awaited<ReturnType<typeof openEdgeWorld>>;

export const settings = { url: 'https://merchant.example/hook', events: ['payment.succeeded'] };

/** Registers an endpoint and gives its id. */
export async function registered(
  world: EdgeWorld,
  of: { readonly as?: string; readonly over?: object } = {},
): Promise<string> {
  const { as, over } = of;
  const body = { ...settings, ...over };
  const asked = as === undefined ? { body } : { body, as };
  const { data } = await world.call('POST', '/webhook-endpoints', asked);
  return String(data['endpointId']);
}
