import type { CommandOutcome, ReceivingCommand, ReceivingEvent } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import { slotOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { createAuthentication } from '../../auth/authenticate.ts';
import { createMemoryNonces } from '../../auth/testing/memory-nonces.ts';
import { secret } from '../../auth/testing/requests.ts';
import { accountKey } from '../../domain/receiving/account-key.ts';
import { receivingDecider } from '../../domain/receiving/account.ts';
import type { AccountState } from '../../domain/receiving/state.ts';
import type {
  AccountView,
  MoneyView,
  OrderView,
  StoredOrder,
} from '../../projections/receiving-queries.ts';
import type { ClientScope } from '../../keys/client-scope.ts';
import type { MonitorEdge } from '../edge.ts';
import type { HandedRecord, PaymentSide, PaymentSideAnswer } from '../payment-side.ts';
import { monitorRoutes } from '../routes.ts';

export const nowMs = 1_764_000_000_000;

/** Accounts in memory, decided by the very decider that production runs. */
function accounts() {
  const states = new Map<string, { readonly state: AccountState; readonly version: bigint }>();
  const asked: Command[] = [];
  function decide(command: Command): Executed {
    asked.push(command);
    const { key } = command;
    const known = states.get(key) ?? { state: receivingDecider.initialState, version: 0n };
    const context = {
      ...{ atMs: nowMs + asked.length, offset: BigInt(asked.length), correlationId: 'c' },
      actor: command.actor,
      ...{ slot: slotOfRecordKey(key), eventId: (index: number) => `${command.id}-${index}` },
    };
    const given = command.payload as ReceivingCommand;
    const decision = receivingDecider.decide(given, known.state, context);
    const events: readonly ReceivingEvent[] = decision.kind === 'accepted' ? decision.events : [];
    const state = events.reduce((now, each) => receivingDecider.evolve(now, each), known.state);
    const version = known.version + BigInt(events.length);
    states.set(key, { state, version });
    const refusal = decision.kind === 'rejected' ? decision.rejection : null;
    const said = refusal === null ? receivingDecider.answer(state, given, decision) : null;
    const outcome: CommandOutcome = {
      ...{ commandId: command.id, commandType: given.type, fingerprint: '', details: null },
      status: refusal !== null ? 'REJECTED' : events.length > 0 ? 'ACCEPTED' : 'UNCHANGED',
      ...{ code: refusal?.code ?? null, message: refusal?.message ?? null, events: [] },
      ...{ aggregateVersion: version, answer: said === null ? null : JSON.stringify(said) },
      ...{ commandPartition: 0, commandOffset: 0n, commandIncarnation: 'test' },
    };
    return { kind: 'decided', outcome };
  }
  return { states, asked, decide };
}

const scopes: Readonly<Record<string, ClientScope>> = {
  '1000': { pid: '1000', aids: [] },
  mc_till: { pid: '1000', aids: ['1'] },
  '2000': { pid: '2000', aids: [] },
};

/** Whom a test's edge knows: `token-<client>`, and the secret of the signatures' tests for all. */
function authentication() {
  const nonces = createMemoryNonces();
  const authenticate = createAuthentication({
    keys: {
      keysOf: (clientId) =>
        Promise.resolve(
          clientId in scopes ? [{ keyId: 'k', secret, isRevoked: false, expiresAtMs: null }] : null,
        ),
      token(text) {
        if (text === 'token-unread') return Promise.reject(new PostgresDown('away'));
        const clientId = text.replace(/^token-/, '');
        return Promise.resolve(
          clientId in scopes ? { kind: 'good', clientId, keyId: 'k' } : { kind: 'unknown' },
        );
      },
    },
    nonces,
    rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
    isKeyStoreDown: (error) => error instanceof PostgresDown,
    nowMs: () => nowMs,
  });
  return { nonces, authenticate };
}

export interface Shown {
  active: readonly StoredOrder[];
  attempts: readonly OrderView[];
  money: readonly MoneyView[];
  account: AccountView | null;
  isDown: boolean;
}

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

const matchedBody = (record: HandedRecord) => ({
  ...{ code: '00000', message: 'success' },
  data: {
    ...{ result: 'MATCHED', was: 'MATCHED', orderId: 'H1', payNo: 'PAY-1' },
    platformOrder: record.platformOrder,
  },
});

/** The edge over HTTP, with everything behind it in memory. */
export async function openMonitorWorld(over: Partial<MonitorEdge> = {}) {
  const { states, asked, decide } = accounts();
  const { nonces, authenticate } = authentication();
  const shown: Shown = { active: [], attempts: [], money: [], account: null, isDown: false };
  const handed: HandedRecord[] = [];
  const asksFor: unknown[] = [];
  const side = {
    answer: (record: HandedRecord): Promise<PaymentSideAnswer> =>
      Promise.resolve({ status: 200, retryAfter: null, body: matchedBody(record) }),
  };
  const paymentSide: PaymentSide = {
    match(record) {
      handed.push(record);
      return side.answer(record);
    },
    close: () => Promise.resolve(),
  };
  const read = <T>(of: unknown, value: T): Promise<T> => {
    asksFor.push(of);
    return shown.isDown ? Promise.reject(new PostgresDown('away')) : Promise.resolve(value);
  };
  const edge: MonitorEdge = {
    receiving: {
      execute: (command) => Promise.resolve(decide(command)),
      lastSeenVersion: () => null,
      ready: () => true,
    },
    queries: {
      active: (of) =>
        read(
          of,
          shown.active.filter(({ pid }) => of.pid === null || pid === of.pid),
        ),
      attempts: (_, orderNo) => read(orderNo, shown.attempts),
      account: () => read(null, shown.account),
      accounts: () => read(null, shown.account === null ? [] : [shown.account]),
      money: (of) => read(of, { money: shown.money, next: null }),
    },
    ...{ authenticate, paymentSide, tenant: 'main', isLoopback: true, nowMs: () => nowMs },
    scopeOf: (clientId) => Promise.resolve(scopes[clientId] ?? null),
    isKeyStoreDown: (error) => error instanceof PostgresDown,
    ...over,
  };
  const app = createHttpApp({
    ...{ service: 'test', version: '0', logger: silentLogger, health: {}, checkResponses: true },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    ...{ routes: monitorRoutes(edge), serviceKey: 'the-key' },
  });
  const http = await listen(app, { port: 0, host: '127.0.0.1' });

  async function call(method: string, path: string, init: RequestInit = {}): Promise<Said> {
    const answer = await fetch(`${http.url}${path}`, { method, ...init });
    const said = await answer.text();
    return { status: answer.status, headers: answer.headers, json: JSON.parse(said) as unknown };
  }

  return {
    ...{ states, asked, shown, handed, asksFor, side, nonces, call },
    /** As a client by its token, or as the platform itself. */
    get: (path: string, client?: string) =>
      call('GET', path, client === undefined ? {} : { headers: bearer(client) }),
    send: (method: 'POST' | 'PUT', path: string, body: unknown, client?: string) =>
      call(method, path, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          ...(client === undefined ? {} : bearer(client)),
        },
      }),
    /** What others tell accounts. */
    async tell(...payloads: readonly ReceivingCommand[]): Promise<void> {
      for (const payload of payloads) {
        const subject = `${payload.data.pid}.${payload.data.aid}`;
        const of = { id: `told-${asked.length}`, key: accountKey(payload.data), subject };
        const executed = await edge.receiving.execute({
          ...{ ...of, payload, correlationId: 'c', actor: 'api:test' },
        });
        if (executed.kind === 'decided' && executed.outcome.status !== 'ACCEPTED')
          throw new Error(`${payload.type}: ${executed.outcome.code ?? 'nothing changed'}`);
      }
    },
    /** The read model shows these attempts at the order H1, on the account 1000.1. */
    attempt(...references: readonly string[]): void {
      shown.attempts = references.map((reference) => ({ ...anAttempt, reference }));
    },
    close: () => http.close(),
  };
}

const anAttempt: OrderView = {
  ...{ accountKey: 'main/1000.1', pid: '1000', aid: '1', cid: '2', type: 'wxpay', pattern: 1 },
  ...{ reference: 'R1', orderNo: 'H1', payNo: 'PAY-1', amountMinor: 5n, payableMinor: 5n },
  ...{ currency: 'CNY', status: 'ACTIVE', payUrl: null, platformOrder: null, endedAtMs: null },
  ...{ expireAtMs: nowMs + 60_000, activatedAtMs: nowMs },
};

export type MonitorWorld = Awaited<ReturnType<typeof openMonitorWorld>>;

const bearer = (client: string) => ({ authorization: `Bearer token-${client}` });
