import type { NotificationsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import { verifyLateMs } from '../limits.ts';
import { isoOf } from '../what-if/asked.ts';
import type { Findings, Place } from './finding.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import type { KeyTable } from './key-table.ts';
import { createKeyTable } from './key-table.ts';

type EventOf<T extends NotificationsEvent['type']> = Extract<
  NotificationsEvent,
  { readonly type: T }
>['data'];

/**
 *   waits ──► due ──report──► failed ──► due …      one that has ended is a row of a table
 */
interface Open {
  readonly key: string;
  state: 'waits' | 'due' | 'failed';
  /** The newest one that was due. */
  attempt: number;
  /** Of a failed one: when the next attempt is to begin. */
  nextDueMs: number;
  readonly expireMs: number;
  /** Of the newest event about it. */
  at: Place;
}

/** Columns of one that has ended: its newest attempt, and how. */
const [attemptAt, endAt] = [0, 1];
const ends = { delivered: 1n, usedUp: 2n, abandoned: 3n } as const;

/** What is known of one partition. Open ones take some 300 bytes each, one that has ended 32. */
interface Known {
  readonly open: Map<string, Open>;
  readonly ended: KeyTable;
  readonly findings: Findings;
}

/**
 * Each notification of one partition: attempts are counted from 1, each is reported before the next,
 * and it has ended, waits for its time, or is with a worker ({@link createKeyTable}).
 */
export function foldNotifications(findings: Findings): Fold {
  const known: Known = { open: new Map(), ended: createKeyTable(2), findings };
  return {
    decodes: true,
    take: (event) => takeEvent(known, event),
    end: (nowMs) => tellLate(known, nowMs),
    looked: () => countsOf(known),
  };
}

function takeEvent(known: Known, event: FoldedEvent): void {
  // The topic holds nothing but these; the codec has checked it.
  const { type, data } = event.payload as NotificationsEvent;
  switch (type) {
    case 'NotificationCreated':
      create(known, event, data);
      break;
    case 'NotificationStatusUpdated':
      update(known, event, data);
      break;
    case 'NotificationAttemptDue':
      begin(known, event, data);
      break;
    case 'NotificationAttemptFailed':
      fail(known, event, data);
      break;
    case 'NotificationDelivered':
      reported(known, event, data);
      end(known, data, 'delivered');
      break;
    case 'NotificationAbandoned': {
      const { notificationId } = data;
      const attempt = known.open.get(notificationId)?.attempt;
      if (attempt === undefined) tell(known, event, 'ENDED_TWICE', `${notificationId} is not open`);
      end(known, { notificationId, attempt: attempt ?? 0 }, 'abandoned');
      break;
    }
    case 'NotificationsForgotten':
      for (const id of data.notificationIds)
        if (known.open.delete(id))
          tell(known, event, 'FORGOTTEN_OPEN', `${id} is forgotten without an end`);
      break;
    default:
      unreachable(type);
  }
}

function tell({ findings }: Known, event: FoldedEvent, kind: string, what: string): void {
  findings.add({ kind, at: event.place, about: event.key, what });
}

function create(known: Known, event: FoldedEvent, data: EventOf<'NotificationCreated'>): void {
  const { notificationId: id, status, expireAt: expireMs } = data;
  const { key, place: at } = event;
  if (known.open.has(id) || known.ended.find(id) >= 0)
    tell(known, event, 'CREATED_TWICE', `${id} was there already`);
  const begun = status === 'NOTIFYING' ? begunNow : ({ state: 'waits', attempt: 0 } as const);
  known.open.set(id, { key, ...begun, nextDueMs: 0, expireMs, at });
}

const begunNow = { state: 'due', attempt: 1 } as const;

function update(
  known: Known,
  event: FoldedEvent,
  { notificationId: id, status }: EventOf<'NotificationStatusUpdated'>,
): void {
  const before = known.open.get(id);
  if (before === undefined) {
    tell(known, event, 'UNKNOWN', `${id} has ended or was never made`);
    return;
  }
  const begun = status === 'NOTIFYING' ? begunNow : {};
  known.open.set(id, { ...before, ...begun, at: event.place });
}

/** One that has ended can begin again, by hand. */
function begin(known: Known, event: FoldedEvent, data: EventOf<'NotificationAttemptDue'>): void {
  const { notificationId: id, attempt } = data;
  const { ended } = known;
  const row = ended.find(id);
  const isOver = row >= 0 && ended.get(row, endAt) !== 0n;
  const before = known.open.get(id) ?? (isOver ? again(known, event, row) : null);
  if (before === null) {
    tell(known, event, 'UNKNOWN', `${id} was never made`);
    return;
  }
  if (before.state === 'due')
    tell(known, event, 'UNREPORTED', `${id}: attempt ${before.attempt} was never reported`);
  if (attempt !== before.attempt + 1)
    tell(known, event, 'ATTEMPT_MISSING', `${id}: attempt ${attempt} after ${before.attempt}`);
  known.open.set(id, { ...before, state: 'due', attempt, at: event.place });
  if (row >= 0) ended.set(row, endAt, 0n);
}

const again = ({ ended }: Known, { key, place }: FoldedEvent, row: number): Open => ({
  ...{ key, state: 'waits', attempt: Number(ended.get(row, attemptAt)) },
  ...{ nextDueMs: 0, expireMs: Number.POSITIVE_INFINITY, at: place },
});

/** Which attempt of which notification. */
interface Attempt {
  readonly notificationId: string;
  readonly attempt: number;
}

/** The notification whose attempt is reported, if there is one. */
function reported(known: Known, event: FoldedEvent, of: Attempt): Open | null {
  const { notificationId: id, attempt } = of;
  const before = known.open.get(id);
  if (before?.state !== 'due' || before.attempt !== attempt) {
    const stands = before === undefined ? 'is not open' : `stands at ${before.attempt}`;
    tell(known, event, 'NOT_DUE', `${id} ${stands}, and attempt ${attempt} is reported`);
  }
  return before === undefined ? null : { ...before, at: event.place };
}

function end({ open, ended }: Known, of: Attempt, how: keyof typeof ends): void {
  open.delete(of.notificationId);
  const row = ended.add(of.notificationId);
  ended.set(row, attemptAt, BigInt(of.attempt));
  ended.set(row, endAt, ends[how]);
}

function fail(known: Known, event: FoldedEvent, data: EventOf<'NotificationAttemptFailed'>): void {
  const { notificationId: id, attempt, status, nextDueAt } = data;
  const before = reported(known, event, data);
  if (nextDueAt === null) end(known, data, 'usedUp');
  else if (before === null) return;
  // The endpoint is gone: the next attempt waits for it to come back.
  else if (status === 'RETRYING')
    known.open.set(id, { ...before, state: 'due', attempt: attempt + 1 });
  else known.open.set(id, { ...before, state: 'failed', attempt, nextDueMs: nextDueAt });
}

function tellLate({ open, findings }: Known, nowMs: number): void {
  for (const [id, { key: about, state, attempt, nextDueMs, expireMs, at }] of open) {
    const late = (what: string): void => findings.add({ kind: 'NOT_BEGUN', at, about, what });
    if (state === 'failed' && nextDueMs + verifyLateMs < nowMs)
      late(`${id}: attempt ${attempt + 1} was due ${isoOf(nextDueMs)}, and nobody began it`);
    else if (expireMs + verifyLateMs < nowMs)
      late(`${id}: its time was over ${isoOf(expireMs)}, and nobody gave it up`);
  }
}

function countsOf({ open, ended }: Known): Readonly<Record<string, number>> {
  const counts = { delivered: 0, usedUp: 0, abandoned: 0 };
  for (const row of ended.rows()) {
    const how = ended.get(row, endAt);
    if (how === ends.delivered) counts.delivered += 1;
    if (how === ends.usedUp) counts.usedUp += 1;
    if (how === ends.abandoned) counts.abandoned += 1;
  }
  const { delivered, usedUp, abandoned } = counts;
  const notifications = open.size + delivered + usedUp + abandoned;
  return { notifications, delivered, usedUp, abandoned, open: open.size };
}
