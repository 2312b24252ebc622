import { randomUUID } from 'node:crypto';
import type { AccountsCommand } from '@plumbline/events';
import type { CommandGateway, RequestContext, RouteResponse } from '@plumbline/http';
import { ok, outcomeToHttp } from '@plumbline/http';
import { invariant, routingKey } from '@plumbline/kernel';
import type { ReadProblems } from '@plumbline/postgres';
import { readAsAnswered } from '@plumbline/postgres';
import * as limits from '../limits.ts';
import type { AccountQueries, Versioned } from '../projections/account-queries.ts';
import { accountOfAnswer, accountOut, holdOut } from './account-view.ts';
import { accountsErrorCodes, problem } from './error-codes.ts';

export interface AccountsEdge {
  readonly gateway: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly queries: AccountQueries;
  readonly tenant: string;
  readonly nowMs: () => number;
}

const retry = { headers: { 'Retry-After': String(limits.retryAfterSeconds) } };

const readProblems: ReadProblems = {
  missing: () => problem('ACCOUNT_NOT_FOUND'),
  behind: () => problem('READ_MODEL_BEHIND', undefined, retry),
  down: (cause) => problem('DEPENDENCY_DOWN', undefined, { ...retry, cause }),
};

/** Reads what shows at least what this process answered before about the account. */
export const asAnswered = <T>(
  { gateway, tenant }: AccountsEdge,
  account: string,
  read: () => Promise<Versioned<T> | null>,
): Promise<Versioned<T>> =>
  readAsAnswered({
    ...{ read, timeoutMs: limits.readYourWritesMs, problems: readProblems },
    seen: gateway.lastSeenVersion(routingKey(tenant, account)),
  });

/** Asks and answers with the account, and with the hold that the command is about. */
export async function execute(
  { gateway, tenant }: AccountsEdge,
  { correlationId, actor, traceparent }: RequestContext,
  payload: AccountsCommand,
): Promise<RouteResponse> {
  const subject = payload.data.account;
  const key = routingKey(tenant, subject);
  const executed = await gateway.execute({
    ...{ id: randomUUID(), key, subject, payload, correlationId, actor, traceparent },
  });
  return outcomeToHttp(executed, {
    codes: accountsErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
    decided: (answer) => {
      const decided = accountOfAnswer(answer);
      if (decided === null) throw problem('ACCOUNT_NOT_FOUND');
      const account = accountOut(decided);
      if (!('holdId' in payload.data)) return { status: 200, body: ok(account) };
      invariant(decided.hold !== null, 'what was decided about a hold shows it');
      return { status: 200, body: ok({ account, hold: holdOut(decided.hold) }) };
    },
  });
}
