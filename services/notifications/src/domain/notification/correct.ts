import type { NotifiedStatus } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, derivedUuid, rejected } from '@plumbline/kernel';
import { due } from './attempts.ts';
import type { NotificationCommandOf, Target } from './commands.ts';
import type { NotificationPolicy } from './create.ts';
import { announce } from './create.ts';
import type { NotificationEvent } from './events.ts';
import { notificationRejection } from './rejections.ts';
import type { Notification, NotificationsState } from './state.ts';
import { notificationsOf } from './state.ts';

const ends: ReadonlySet<NotifiedStatus> = new Set<NotifiedStatus>([
  ...(['SUCCESS', 'FAILED', 'CANCELLED', 'TIMEOUT'] as const),
]);

/** Whether it follows from the log, and says how the payment ended; a refund's says it by the way. */
const saysEnd = ({ endpointId, content }: Notification, paymentId: string): boolean =>
  endpointId !== null &&
  content.sourceEventId !== null &&
  content.paymentId === paymentId &&
  content.refundId === null &&
  ends.has(content.status);

const saysPaid = ({ content }: Notification): boolean => content.status === 'SUCCESS';

/**
 * Tells again how a payment ended. The newest that was said of it is true, for all of it comes from
 * the log. An endpoint for which that waits is tried now; one for which its schedule was used up gets
 * it once more, with all retries; one that took the opposite and was never told otherwise, perhaps
 * because it did not ask for such events, gets a notification of its own. What a person has given up
 * stays so.
 */
export function tellAgain(
  { correctionId, paymentId, reason }: NotificationCommandOf<'TellAgain'>,
  state: NotificationsState,
  context: DecisionContext,
  policy: NotificationPolicy,
): Decision<NotificationEvent> {
  const words = notificationsOf(state).filter((each) => saysEnd(each, paymentId));
  const truth = words.at(-1);
  if (truth === undefined) return rejected(notificationRejection('PAYMENT_NOT_FOUND'));
  const { atMs, slot } = context;
  const events: NotificationEvent[] = [];
  const targets: Target[] = [];
  // The newest to each endpoint.
  for (const one of new Map(words.map((each) => [each.endpointId, each])).values()) {
    const { endpointId, status, settingsVersion, intervalsMs, inOrder } = one;
    if (saysPaid(one) === saysPaid(truth)) {
      if (status === 'FAILED')
        events.push(due(one, { trigger: 'MANUAL', dueAt: atMs, atMs, reason }));
      if (status === 'RETRY_FAILED')
        events.push(due(one, { trigger: 'REPLAY', dueAt: atMs, atMs, reason }));
    } else if (status === 'SUCCESS' && endpointId !== null) {
      const notificationId = derivedUuid(slot, 'correction', correctionId, endpointId);
      const settings = { settingsVersion: settingsVersion ?? 0, intervalsMs, inOrder };
      targets.push({ notificationId, endpointId, ...settings });
    }
  }
  const [target, ...others] = targets;
  if (target !== undefined) {
    const data = { content: truth.content, targets: [target, ...others] } as const;
    const told = announce(data, state, context, policy);
    if (told.kind === 'accepted') events.push(...told.events);
  }
  const [first, ...more] = events;
  return first === undefined
    ? rejected(notificationRejection('NOTHING_TO_TELL'))
    : accepted(first, ...more);
}
