import type {
  AlertAcknowledged,
  AlertInvestigated,
  AlertReopened,
  AlertResolved,
  AlertsEvent,
} from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import { amountText } from '../format/summary.ts';
import type { DecodedRecord } from '../read/decode.ts';

type AlertEvent = Exclude<AlertsEvent, { type: 'RulesActivated' }>;

/** A step in the life of an alert; `null` for what else stands in the topic. */
export function alertEventOf({ payload }: DecodedRecord): AlertEvent | null {
  // The catalogue ties the topic to its union, and the codec has checked the type.
  const event = payload as AlertsEvent;
  return event.type === 'RulesActivated' ? null : event;
}

const columns = (time: number, kind: string, rule: string, severity: string): string =>
  `${new Date(time).toISOString()}  ${kind.padEnd(8)}  ${rule}  ${severity.padEnd(8)}`;

/** One line: when, what, which rule, how bad, whose order, how much, and why. */
export function alertLine(record: DecodedRecord, event: AlertEvent): string {
  const { timeMs, envelope } = record;
  switch (event.type) {
    case 'AlertRaised': {
      const { rule, severity, orderNo, amountMinor, currency, summary } = event.data;
      const amount = amountText(amountMinor, currency);
      return `${columns(timeMs, 'RAISED', rule, severity)}  ${orderNo}  ${amount}  ${summary}`;
    }
    case 'AlertResolved': {
      const { rule, orderNo, resolution, reason, supersededBy } = event.data;
      const by =
        supersededBy === null ? byPerson(event.data, envelope.actor) : ` by ${supersededBy}`;
      return `${columns(timeMs, 'RESOLVED', rule, '')}  ${orderNo}  ${resolution}${by}: ${reason}`;
    }
    case 'AlertAcknowledged':
      return steppedLine(record, 'ACKED', event.data);
    case 'AlertInvestigated':
      return steppedLine(record, 'DIGGING', event.data);
    case 'AlertReopened':
      return steppedLine(record, 'REOPENED', event.data);
    default:
      return unreachable(event);
  }
}

/** By whom, and what that end has to say. */
function byPerson(
  { resolution, lossMinor, lossCurrency, suppressedUntil }: AlertResolved,
  actor: string,
): string {
  switch (resolution) {
    case 'RESOLVED':
      return ` by ${actor}`;
    case 'WRITTEN_OFF': {
      const isTold = lossMinor !== null && lossCurrency !== null;
      return `${isTold ? ` ${amountText(lossMinor, lossCurrency)}` : ''} by ${actor}`;
    }
    case 'SUPPRESSED': {
      const until = suppressedUntil === null ? 'for good' : `until ${isoOf(suppressedUntil)}`;
      return ` ${until} by ${actor}`;
    }
    case 'AUTO_RESOLVED':
    case 'SUPERSEDED':
    case 'UNKNOWN':
      return '';
  }
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

const steppedLine = (
  { timeMs, envelope }: DecodedRecord,
  what: string,
  { rule, orderNo, reason }: AlertAcknowledged | AlertInvestigated | AlertReopened,
): string => `${columns(timeMs, what, rule, '')}  ${orderNo}  by ${envelope.actor}: ${reason}`;

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
