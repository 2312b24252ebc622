import type { Evidence, NotificationContent, NotificationsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import * as limits from './limits.ts';

/** What endpoints were told of how the payment of an order ended. */
export interface ToldView {
  /** On their way; the oldest first, up to a limit. */
  readonly waiting: readonly WaitingWord[];
  /** The newest that each endpoint has taken, by its number among those of the order. */
  readonly heard: readonly HeardWord[];
}

interface Word {
  readonly endpointId: string;
  /** An endpoint that has taken a greater one takes this for stale. */
  readonly sequence: bigint;
  /** That the payment ended with money, or without. */
  readonly says: 'PAID' | 'UNPAID';
}

export interface WaitingWord extends Word {
  readonly notificationId: string;
}

export interface HeardWord extends Word {
  /** The delivery. */
  readonly seen: Evidence;
}

/** The same object where nothing is new; `null` while nothing was told. */
export function afterNotificationEvent(
  told: ToldView | null,
  event: NotificationsEvent,
  of: { readonly payNo: string; readonly seen: Evidence },
): ToldView | null {
  switch (event.type) {
    case 'NotificationCreated':
      return withWaiting(told, event.data, of.payNo);
    case 'NotificationAttemptDue': {
      // One that had ended and is to be delivered once more says again what it tells.
      const { content, sequence, endpointId, notificationId } = event.data;
      if (content === null || sequence === null) return told;
      return withWaiting(told, { content, sequence, endpointId, notificationId }, of.payNo);
    }
    case 'NotificationDelivered':
      return withHeard(told, event.data.notificationId, of.seen);
    case 'NotificationAttemptFailed':
      return event.data.status === 'RETRY_FAILED' ? without(told, event.data) : told;
    case 'NotificationAbandoned':
      return without(told, event.data);
    case 'NotificationStatusUpdated':
    case 'NotificationsForgotten':
      // The one is for a URL that a caller named, and the other of what has ended.
      return told;
    default:
      return unreachable(event);
  }
}

/** Of a refund the payment's status is said as well, and not how it ended. */
function wordIn({ paymentId, refundId, status }: NotificationContent, payNo: string) {
  if (paymentId !== payNo || refundId !== null) return null;
  switch (status) {
    case 'SUCCESS':
      return 'PAID';
    case 'FAILED':
    case 'CANCELLED':
    case 'TIMEOUT':
      return 'UNPAID';
    case 'PROCESSING':
    case 'REFUNDING':
    case 'REFUNDED':
    case 'UNKNOWN':
      return null;
    default:
      return unreachable(status);
  }
}

const nothingTold: ToldView = { waiting: [], heard: [] };

function withWaiting(
  told: ToldView | null,
  data: {
    readonly notificationId: string;
    readonly endpointId: string | null;
    readonly sequence: bigint;
    readonly content: NotificationContent;
  },
  payNo: string,
): ToldView | null {
  const { notificationId, endpointId, sequence, content } = data;
  const says = wordIn(content, payNo);
  if (says === null || endpointId === null) return told;
  const view = told ?? nothingTold;
  const isKnown = view.waiting.some((each) => each.notificationId === notificationId);
  if (isKnown || view.waiting.length >= limits.waitingWordsMax) return told;
  const word = { notificationId, endpointId, sequence, says } as const;
  return { ...view, waiting: [...view.waiting, word] };
}

function withHeard(told: ToldView | null, notificationId: string, seen: Evidence): ToldView | null {
  const word = told?.waiting.find((each) => each.notificationId === notificationId);
  if (told === null || word === undefined) return told;
  const waiting = told.waiting.filter((each) => each !== word);
  const { endpointId, sequence, says } = word;
  const known = told.heard.find((each) => each.endpointId === endpointId);
  const isStale = known !== undefined && known.sequence > sequence;
  const isFull = known === undefined && told.heard.length >= limits.endpointsToldMax;
  if (isStale || isFull) return { ...told, waiting };
  const others = told.heard.filter((each) => each !== known);
  return { waiting, heard: [...others, { endpointId, sequence, says, seen }] };
}

function without(
  told: ToldView | null,
  { notificationId }: { readonly notificationId: string },
): ToldView | null {
  if (told === null) return told;
  const waiting = told.waiting.filter((each) => each.notificationId !== notificationId);
  return waiting.length === told.waiting.length ? told : { ...told, waiting };
}
