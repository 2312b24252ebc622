import { randomUUID } from 'node:crypto';
import type { AlertsCommand } from '@plumbline/events';
import type { RequestContext } from '@plumbline/http';
import { decisionOf, text } from '@plumbline/http';
import { derivedUuid, slotOf } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import { callerOf } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { bffErrorCodes } from './error-codes.ts';
import { instant } from './fields.ts';

export type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

export const alertVerbs = [
  'acknowledge',
  'investigate',
  'resolve',
  'write-off',
  'suppress',
  'reopen',
] as const;
export type AlertVerb = (typeof alertVerbs)[number];

/** What an operator says, whatever the verb; what a verb has no use for is null. */
export interface Saying {
  readonly reason: string;
  /** Of a write-off: minor units; `null` for all that is at stake. */
  readonly loss: { readonly amountMinor: bigint; readonly currency: string } | null;
  /** Of a suppression: epoch ms; `null` for good. */
  readonly untilMs: number | null;
}

export function commandOf(
  verb: AlertVerb,
  alertId: string,
  { reason, loss, untilMs }: Saying,
): LifeCommand {
  const data = { alertId, reason };
  switch (verb) {
    case 'acknowledge':
      return { type: 'AcknowledgeAlert', data };
    case 'investigate':
      return { type: 'InvestigateAlert', data };
    case 'resolve':
      return { type: 'ResolveAlert', data };
    case 'write-off': {
      const lossMinor = loss?.amountMinor ?? null;
      return {
        type: 'WriteOffAlert',
        data: { ...data, lossMinor, lossCurrency: loss?.currency ?? null },
      };
    }
    case 'suppress':
      return { type: 'SuppressAlert', data: { ...data, until: untilMs } };
    case 'reopen':
      return { type: 'ReopenAlert', data };
  }
}

export const reason = () => text(limits.reasonCharsMax);

export const until = () =>
  instant()
    .nullable()
    .default(null)
    .transform((value) => (value === null ? null : Date.parse(value)))
    .describe('When it stands again if it is still so, within 366 days; null: never');

/**
 * Has the task that raised an alert decide. `key`: of the order. Throws the refusal of the task as a
 * problem, and 503 for what is written and not decided in time. A repeat under the same `once` of the
 * same person is the same command.
 */
export async function say(
  edge: BffEdge,
  {
    key,
    command,
    once,
    context,
  }: {
    readonly key: string;
    readonly command: LifeCommand;
    readonly once: string | undefined;
    readonly context: RequestContext;
  },
): Promise<ReturnType<typeof decisionOf>> {
  const user = callerOf(context).user.id;
  const { type } = command;
  const { alertId } = command.data;
  const executed = await edge.alertCommands.execute({
    id: once === undefined ? randomUUID() : derivedUuid(slotOf(key), 'say', user, type, once),
    ...{ key, subject: alertId, payload: command },
    ...{ correlationId: context.correlationId, actor: `operator:${user}` },
    traceparent: context.traceparent,
  });
  return decisionOf(executed, {
    codes: bffErrorCodes,
    retryAfterSeconds: limits.retryAfterSeconds,
  });
}
