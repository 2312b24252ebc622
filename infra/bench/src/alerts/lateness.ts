import { percentile } from '../load/summarise.ts';
import type { Alert } from './findings.ts';

/** How late alerts of one kind were, ms after their deadlines. */
export interface Lateness {
  readonly count: number;
  /** Broker time at which the alert was appended. */
  readonly appended: Spread;
  /** When a committed reader had it. */
  readonly visible: Spread;
}

export interface Spread {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** What is due at a deadline of its own, and what is due as soon as its event is there. */
export interface LatenessByKind {
  readonly afterGrace: Lateness;
  readonly atOnce: Lateness;
}

/**
 * Of the alerts whose deadline lies within the given times. Where there is no grace, the deadline is
 * the append time of the event that set the rule off.
 */
export function latenessOf(
  alerts: readonly Alert[],
  within: { readonly fromMs: number; readonly toMs: number },
): LatenessByKind {
  const kinds = { afterGrace: [] as Late[], atOnce: [] as Late[] };
  for (const { event, record, seenMs } of alerts) {
    if (event.type !== 'AlertRaised') continue;
    const { deadline, detectedAt } = event.data;
    const dueMs = deadline ?? detectedAt;
    if (dueMs < within.fromMs || dueMs > within.toMs) continue;
    const late = { appendedMs: record.timestampMs - dueMs, visibleMs: seenMs - dueMs };
    kinds[deadline === null ? 'atOnce' : 'afterGrace'].push(late);
  }
  return { afterGrace: summaryOf(kinds.afterGrace), atOnce: summaryOf(kinds.atOnce) };
}

interface Late {
  readonly appendedMs: number;
  readonly visibleMs: number;
}

const summaryOf = (lates: readonly Late[]): Lateness => ({
  count: lates.length,
  appended: spreadOf(lates.map(({ appendedMs }) => appendedMs)),
  visible: spreadOf(lates.map(({ visibleMs }) => visibleMs)),
});

function spreadOf(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  return {
    p50Ms: percentile(ascending, 50),
    p99Ms: percentile(ascending, 99),
    maxMs: ascending.at(-1) ?? null,
  };
}
