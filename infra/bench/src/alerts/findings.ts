import { createHash } from 'node:crypto';
import type { AlertsEvent, Codec } from '@plumbline/events';
import { bodyOf } from '@plumbline/events';
import { isMark } from '../alert-log/write.ts';
import type { SeenAlert } from './watch-alerts.ts';

/** What a run found, marks left out. Two programs that do the same work have the same findings. */
export interface Findings {
  /** `A raised`, `B resolved`, … */
  readonly counts: Readonly<Record<string, number>>;
  /** SHA-256 over the sorted alert ids with what happened to them. */
  readonly ids: string;
  /** SHA-256 over the sorted keys and Avro bodies. */
  readonly bodies: string;
}

export interface Alert extends SeenAlert {
  readonly event: AlertsEvent;
}

/** Alerts, each with its event; other events of the topic are left out, and marks as well. */
export function alertsOf(codec: Codec, seen: readonly SeenAlert[]): readonly Alert[] {
  return seen
    .filter(({ record }) => !isMark(record.key))
    .map((one) => ({ ...one, event: eventOf(codec, one) }))
    .filter(({ event }) => event.type !== 'RulesActivated');
}

/** The topic carries nothing else, and the codec has checked it. */
export const eventOf = (codec: Codec, { record }: SeenAlert): AlertsEvent =>
  codec.decode(record.topic, record.value) as AlertsEvent;

export function findingsOf(alerts: readonly Alert[]): Findings {
  const counts: Record<string, number> = {};
  const ids: string[] = [];
  const bodies: string[] = [];
  for (const { event, record } of alerts) {
    if (event.type === 'RulesActivated') continue;
    const what = event.type === 'AlertRaised' ? 'raised' : 'resolved';
    const name = `${event.data.rule} ${what}`;
    counts[name] = (counts[name] ?? 0) + 1;
    ids.push(`${event.data.alertId} ${name}`);
    const body = record.value === null ? '' : bodyOf(record.value).toString('base64');
    bodies.push(`${record.key?.toString() ?? ''} ${body}`);
  }
  return { counts, ids: hashOf(ids), bodies: hashOf(bodies) };
}

const hashOf = (texts: readonly string[]): string =>
  createHash('sha256')
    .update([...texts].sort().join('\n'))
    .digest('hex');

/** In which words two runs differ; `null` when they found the same alerts. */
export function differenceOf(one: Findings, other: Findings): string | null {
  const names = new Set([...Object.keys(one.counts), ...Object.keys(other.counts)]);
  const lines = [...names]
    .filter((name) => one.counts[name] !== other.counts[name])
    .map((name) => `${name}: ${one.counts[name] ?? 0} and ${other.counts[name] ?? 0}`);
  if (lines.length > 0) return lines.sort().join(', ');
  return one.ids === other.ids ? null : 'the same counts, and other alerts';
}
