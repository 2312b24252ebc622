import { randomUUID } from 'node:crypto';
import type { MonitorsCommand } from '@plumbline/events';
import type { Authenticated, CommandGateway, RawRequest, RequestContext } from '@plumbline/http';
import { decisionOf } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { routingKey } from '@plumbline/kernel';
import type { ReadProblems } from '@plumbline/postgres';
import { readAsAnswered } from '@plumbline/postgres';
import type { MonitorKeys } from '@plumbline/vault';
import { z } from 'zod';
import type { ClientQueries, ClientView } from '../../projections/clients-queries.ts';
import * as limits from '../limits.ts';
import { clientsErrorTable, problem } from './error-codes.ts';

export interface ClientsEdge {
  /** Over the topics of `monitors`. */
  readonly monitors: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly clientQueries: ClientQueries;
  readonly monitorKeys: Pick<MonitorKeys, 'client' | 'put' | 'issue' | 'keysOf'>;
  readonly tenant: string;
  /** Lets operators and other processes of the platform in, nobody else. */
  readonly callers: (request: RawRequest) => Authenticated;
  /** Epoch ms, of the clock that the vault has: keys end by it. */
  readonly nowMs: () => number;
}

const retry = { headers: { 'Retry-After': String(limits.retryAfterSeconds) } };

export const readProblems: ReadProblems = {
  missing: () => problem('CLIENT_NOT_FOUND'),
  behind: () => problem('READ_MODEL_BEHIND', undefined, retry),
  down: (cause) => problem('DEPENDENCY_DOWN', undefined, { ...retry, cause }),
};

/** A client of this merchant, at least as this process has answered it. Errors: CLIENT_NOT_FOUND. */
export async function findClient(
  edge: ClientsEdge,
  { pid, clientId }: { readonly pid: string; readonly clientId: string },
): Promise<ClientView> {
  const key = routingKey(edge.tenant, clientId);
  const view = await readAsAnswered({
    read: () => edge.clientQueries.byKey(key),
    seen: edge.monitors.lastSeenVersion(key),
    ...{ timeoutMs: limits.readYourWritesMs, problems: readProblems },
  });
  if (view.pid !== pid) throw problem('CLIENT_NOT_FOUND');
  return view;
}

/** What the decider answers. */
const answered = z.object({
  ...{ status: z.enum(['ACTIVE', 'REVOKED']), pid: z.string(), clientId: z.string() },
  ...{ name: z.string(), aids: z.array(z.string()), keyId: z.string().nullable() },
});

export interface DecidedClient extends z.output<typeof answered> {
  /** Of the aggregate, after the command. */
  readonly version: bigint;
}

const decidedBy = (answer: Json, version: bigint): DecidedClient => ({
  ...answered.parse(answer),
  version,
});

/** Asks the client's own task. Errors: its refusals, and 503 while it has not decided. */
export async function askClient(
  { monitors }: Pick<ClientsEdge, 'monitors'>,
  { correlationId, actor, traceparent }: RequestContext,
  payload: MonitorsCommand,
): Promise<DecidedClient> {
  const { tenant, clientId: subject } = payload.data;
  const executed = await monitors.execute({
    ...{ id: randomUUID(), key: routingKey(tenant, subject), subject, payload },
    ...{ correlationId, actor, traceparent },
  });
  const { answer, outcome } = decisionOf(executed, {
    codes: clientsErrorTable,
    retryAfterSeconds: limits.retryAfterSeconds,
  });
  return decidedBy(answer, outcome.aggregateVersion);
}
