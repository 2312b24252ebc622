import type { NotificationContent } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, derivedUuid, rejected, unchanged } from '@plumbline/kernel';
import type { NotificationCommandOf, Target } from './commands.ts';
import type { NotificationEvent } from './events.ts';
import { askedMax } from './limits.ts';
import { notificationRejection } from './rejections.ts';
import type { Notification, NotificationsState } from './state.ts';
import {
  findNotification,
  hasEnded,
  isNotified,
  newestAskedOfPayment,
  newestOfPayment,
  notificationsOf,
} from './state.ts';

/** What the platform decides for all notifications. */
export interface NotificationPolicy {
  /** Waits before the retries where nobody says otherwise, ms. */
  readonly intervalsMs: readonly number[];
  /** Waits that a delay topic keeps; all others are kept by timers. */
  readonly levelsMs: readonly number[];
  /** How long an ended notification can be looked at, from its creation. */
  readonly keepMs: number;
}

/** What a repeat must say as well. */
const compared = ['orderNo', 'amountMinor', 'currency', 'paymentMethod', 'transactionId'] as const;

/** A transaction that the repeat does not name may have come since, with a status. */
const differenceOf = (known: NotificationContent, said: NotificationContent): string | null =>
  compared.find(
    (field) =>
      known[field] !== said[field] && (field !== 'transactionId' || said.transactionId !== null),
  ) ?? null;

const lastSequence = (state: NotificationsState): bigint =>
  state.status === 'none' ? 0n : state.sequence;

const asked = (state: NotificationsState): number =>
  notificationsOf(state).filter(({ callbackUrl }) => callbackUrl !== null).length;

/** A notification to a URL that the caller named. */
function toUrl(
  at: {
    readonly notificationId: string;
    readonly content: NotificationContent;
    readonly callbackUrl: string;
    readonly sequence: bigint;
  },
  { atMs }: DecisionContext,
  policy: NotificationPolicy,
): NotificationEvent {
  const status = isNotified[at.content.status] ? 'NOTIFYING' : 'PENDING';
  return {
    type: 'NotificationCreated',
    data: {
      ...{ ...at, status, endpointId: null, inOrder: false, settingsVersion: null },
      ...{ intervalsMs: policy.intervalsMs, createdAt: atMs, expireAt: atMs + policy.keepMs },
    },
  };
}

export function createNotification(
  { notificationId, content, callbackUrl }: NotificationCommandOf<'CreateNotification'>,
  state: NotificationsState,
  context: DecisionContext,
  policy: NotificationPolicy,
): Decision<NotificationEvent> {
  const known = findNotification(state, notificationId);
  if (known !== null) {
    const field = differenceOf(known.content, content);
    return field === null
      ? unchanged
      : rejected(notificationRejection('NOTIFICATION_CONFLICT', { field }));
  }
  if (asked(state) >= askedMax) return rejected(notificationRejection('TOO_MANY_NOTIFICATIONS'));
  const sequence = lastSequence(state) + 1n;
  return accepted(toUrl({ notificationId, content, callbackUrl, sequence }, context, policy));
}

/** Tells whoever was told of the payment before, in the notification that still waits or a new one. */
export function updatePaymentStatus(
  { paymentId, status, transactionId }: NotificationCommandOf<'UpdatePaymentStatus'>,
  state: NotificationsState,
  context: DecisionContext,
  policy: NotificationPolicy,
): Decision<NotificationEvent> {
  const newest = newestAskedOfPayment(state, paymentId);
  if (newest === null) {
    const isKnown = newestOfPayment(state, paymentId) !== null;
    return rejected(notificationRejection(isKnown ? 'STATUS_FOLLOWS_LOG' : 'PAYMENT_NOT_FOUND'));
  }
  const before = newest.content;
  const transaction = transactionId ?? before.transactionId;
  if (before.status === status && before.transactionId === transaction) return unchanged;
  const { notificationId: id, callbackUrl } = newest;
  if (newest.status === 'PENDING') {
    const now = isNotified[status] ? 'NOTIFYING' : 'PENDING';
    return accepted<NotificationEvent>({
      type: 'NotificationStatusUpdated',
      data: {
        ...{ notificationId: id, paymentStatus: status, transactionId: transaction },
        ...{ status: now, updatedAt: context.atMs },
      },
    });
  }
  if (asked(state) >= askedMax) return rejected(notificationRejection('TOO_MANY_NOTIFICATIONS'));
  const sequence = lastSequence(state) + 1n;
  const notificationId = derivedUuid(context.slot, 'notification', id, sequence.toString());
  const said = { status, transactionId: transaction, occurredAt: context.atMs };
  const content = { ...before, ...said };
  // It was found by having one.
  const at = { notificationId, content, callbackUrl: callbackUrl ?? '', sequence };
  return accepted(toUrl(at, context, policy));
}

/** One notification for each endpoint that asked for such events and does not have it yet. */
export function announce(
  { content, targets }: NotificationCommandOf<'Announce'>,
  state: NotificationsState,
  { atMs }: DecisionContext,
  policy: NotificationPolicy,
): Decision<NotificationEvent> {
  const fresh = targets.filter(
    ({ notificationId }) => findNotification(state, notificationId) === null,
  );
  const first = lastSequence(state) + 1n;
  const [one, ...others] = fresh.map((target, index): NotificationEvent => {
    const { notificationId, endpointId, settingsVersion, inOrder } = target;
    return {
      type: 'NotificationCreated',
      data: {
        ...{ notificationId, endpointId, callbackUrl: null, content, settingsVersion, inOrder },
        status: waitsForOthers(target, state) ? 'PENDING' : 'NOTIFYING',
        sequence: first + BigInt(index),
        intervalsMs: target.intervalsMs ?? policy.intervalsMs,
        ...{ createdAt: atMs, expireAt: atMs + policy.keepMs },
      },
    };
  });
  return one === undefined ? unchanged : accepted(one, ...others);
}

const waitsForOthers = ({ inOrder, endpointId }: Target, state: NotificationsState): boolean =>
  inOrder && notificationsOf(state).some((each) => isAhead(each, endpointId));

/** Whether a later notification to the endpoint has to wait for this one. */
export const isAhead = (each: Notification, endpointId: string | null): boolean =>
  endpointId !== null && each.endpointId === endpointId && !hasEnded(each);
