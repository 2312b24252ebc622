import type { AlertsCommand } from '@plumbline/events';
import { text } from '@plumbline/http';
import * as limits from '../limits.ts';
import { instant } from './fields.ts';

type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

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
