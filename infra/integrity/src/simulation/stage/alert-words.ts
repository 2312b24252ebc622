import { topics } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedWord, WordKind } from '../plan/words.ts';
import type { Command } from './client.ts';

/** An alert as the read model shows it to whoever looks. */
interface Row {
  readonly alert_id: string;
  readonly tenant: string;
  readonly order_no: string;
  readonly status: string;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
}

const standing: readonly string[] = ['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING'];

/**
 * The command of a word, as somebody would say it who looks at the read model now: it may be behind,
 * and what it shows may be over when the word is decided. Empty where there is no alert.
 */
export function wordCommands(
  { index, kind }: PlannedWord,
  of: {
    readonly model: MemoryReadModel;
    readonly random: Random;
    readonly nowMs: number;
  },
): readonly Command[] {
  const { random } = of;
  // The projection's own table: its columns are these.
  const rows = of.model.rows('alerts') as unknown as readonly Row[];
  const isFitting = ({ status }: Row): boolean => standing.includes(status) === (kind !== 'reopen');
  const fitting = rows.filter(isFitting);
  const among = fitting.length > 0 && random.chance(0.7) ? fitting : rows;
  if (among.length === 0) return [];
  const row = random.pick(among);
  const { alert_id: alertId, tenant, order_no: orderNo } = row;
  const untilMs = of.nowMs + 200 + random.int(limits.suppressedMaxMs);
  return [
    {
      ...{ id: `word-${index}`, topic: topics.alertsCommands.name },
      ...{ key: `${tenant}/${orderNo}`, subject: alertId },
      payload: payloadOf(kind, { row, untilMs, reason: `word ${index}` }),
    },
  ];
}

function payloadOf(
  kind: WordKind,
  of: { readonly row: Row; readonly untilMs: number; readonly reason: string },
): Payload {
  const { alert_id: alertId, amount_minor: amountMinor, currency } = of.row;
  const data = { alertId, reason: of.reason };
  switch (kind) {
    case 'acknowledge':
      return { type: 'AcknowledgeAlert', data };
    case 'investigate':
      return { type: 'InvestigateAlert', data };
    case 'resolve':
      return { type: 'ResolveAlert', data };
    case 'reopen':
      return { type: 'ReopenAlert', data };
    case 'write-off':
      return { type: 'WriteOffAlert', data: { ...data, lossMinor: null, lossCurrency: null } };
    case 'write-off-half': {
      // Of money that is none it is refused.
      const lossMinor = (amountMinor ?? 0n) / 2n;
      return { type: 'WriteOffAlert', data: { ...data, lossMinor, lossCurrency: currency } };
    }
    case 'suppress':
      return { type: 'SuppressAlert', data: { ...data, until: of.untilMs } };
    case 'suppress-for-good':
      return { type: 'SuppressAlert', data: { ...data, until: null } };
    default:
      return unreachable(kind);
  }
}
