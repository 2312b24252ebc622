import type { AlertsEvent } from '@plumbline/events';
import { amountText } from '../format/summary.ts';
import type { DecodedRecord } from '../read/decode.ts';

type AlertEvent = Extract<AlertsEvent, { type: 'AlertRaised' | 'AlertResolved' }>;

/** An alert raised or resolved; `null` for what else stands in the topic. */
export function alertEventOf({ payload }: DecodedRecord): AlertEvent | null {
  // The catalogue ties the topic to its union, and the codec has checked the type.
  const event = payload as AlertsEvent;
  return event.type === 'RulesActivated' ? null : event;
}

const columns = (time: number, kind: string, rule: string, severity: string): string =>
  `${new Date(time).toISOString()}  ${kind.padEnd(8)}  ${rule}  ${severity.padEnd(8)}`;

/** One line: when, what, which rule, how bad, whose order, how much, and why. */
export function alertLine(record: DecodedRecord, event: AlertEvent): string {
  if (event.type === 'AlertRaised') {
    const { rule, severity, orderNo, amountMinor, currency, summary } = event.data;
    const amount = amountText(amountMinor, currency);
    return `${columns(record.timeMs, 'RAISED', rule, severity)}  ${orderNo}  ${amount}  ${summary}`;
  }
  const { rule, orderNo, resolution, reason, supersededBy } = event.data;
  const by = supersededBy === null ? '' : ` by ${supersededBy}`;
  return `${columns(record.timeMs, 'RESOLVED', rule, '')}  ${orderNo}  ${resolution}${by}: ${reason}`;
}

/** The same with everything in it, for programs. */
export const recordJson = (record: DecodedRecord) => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  time: new Date(record.timeMs).toISOString(),
  key: record.key,
  type: record.payload.type,
  envelope: record.envelope,
  data: record.payload.data,
});
