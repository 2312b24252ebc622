import { randomUUID } from 'node:crypto';
import type { AlertsCommand, DesksCommand, RemediesCommand } from '@plumbline/events';
import type { CommandGateway, RequestContext } from '@plumbline/http';
import { decisionOf } from '@plumbline/http';
import { derivedUuid, slotOf } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import { callerOf } from './authorise.ts';
import { bffErrorCodes } from './error-codes.ts';

/** What a person says, and to whom. */
export interface Said {
  /** Of the aggregate that decides. */
  readonly key: string;
  readonly subject: string;
  readonly payload: AlertsCommand | RemediesCommand | DesksCommand;
  /** The Idempotency-Key, if there is one. */
  readonly once: string | undefined;
  readonly context: RequestContext;
}

/**
 * Has it decided, in the name of the person who asks. Throws the refusal as a problem, and 503 for
 * what is written and not decided in time. A repeat under the same `once` of the same person is the
 * same command.
 */
export async function say(
  gateway: Pick<CommandGateway, 'execute'>,
  { key, subject, payload, once, context }: Said,
): Promise<ReturnType<typeof decisionOf>> {
  const user = callerOf(context).user.id;
  const { type } = payload;
  const executed = await gateway.execute({
    id: once === undefined ? randomUUID() : derivedUuid(slotOf(key), 'say', user, type, once),
    ...{ key, subject, payload, correlationId: context.correlationId },
    ...{ actor: `operator:${user}`, traceparent: context.traceparent },
  });
  return decisionOf(executed, {
    codes: bffErrorCodes,
    retryAfterSeconds: limits.retryAfterSeconds,
  });
}
