import { randomUUID } from 'node:crypto';
import type { ReceivingCommand } from '@plumbline/events';
import type { CommandGateway, Decided, RequestContext } from '@plumbline/http';
import { decisionOf } from '@plumbline/http';
import type { ReadProblems } from '@plumbline/postgres';
import type { Authenticate } from '../auth/authenticate.ts';
import { accountKey } from '../domain/receiving/account-key.ts';
import type { ClientScope } from '../keys/client-scope.ts';
import type { ReceivingQueries } from '../projections/receiving-queries.ts';
import { monitorErrorCodes, problem } from './error-codes.ts';
import * as limits from './limits.ts';
import type { PaymentSide } from './payment-side.ts';

export interface MonitorEdge {
  readonly receiving: Pick<CommandGateway, 'execute' | 'lastSeenVersion' | 'ready'>;
  readonly queries: ReceivingQueries;
  readonly authenticate: Authenticate;
  /** `null`: nobody knows such a client. Errors: that nobody can say now, see `isKeyStoreDown`. */
  readonly scopeOf: (clientId: string) => Promise<ClientScope | null>;
  readonly isKeyStoreDown: (error: unknown) => boolean;
  readonly paymentSide: PaymentSide;
  readonly tenant: string;
  /** Whether it listens on this machine only. */
  readonly isLoopback: boolean;
  /** Epoch ms, of the clock that orders expire by. */
  readonly nowMs: () => number;
}

export const retry = { headers: { 'Retry-After': String(limits.retryAfterSeconds) } };

export const readProblems: ReadProblems = {
  missing: () => problem('ACCOUNT_NOT_FOUND'),
  behind: () => problem('READ_MODEL_BEHIND', undefined, retry),
  down: (cause) => problem('DEPENDENCY_DOWN', undefined, { ...retry, cause }),
};

/** Asks the account's own task. Errors: its refusals, and 503 while it has not decided. */
export async function askAccount(
  { receiving }: Pick<MonitorEdge, 'receiving'>,
  { correlationId, actor, traceparent }: RequestContext,
  payload: ReceivingCommand,
): Promise<Decided> {
  const { pid, aid } = payload.data;
  const executed = await receiving.execute({
    ...{ id: randomUUID(), key: accountKey(payload.data), subject: `${pid}.${aid}` },
    ...{ payload, correlationId, actor, traceparent },
  });
  return decisionOf(executed, {
    codes: monitorErrorCodes,
    retryAfterSeconds: limits.retryAfterSeconds,
  });
}
