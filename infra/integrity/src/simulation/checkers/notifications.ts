import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { dueNotifications } from '../oracles/due-notifications.ts';
import type { Told } from '../oracles/told.ts';
import { endBy, toldOf } from '../oracles/told.ts';
import type { BookedDelivery } from '../stage/sim-merchants.ts';
import type { Checker } from './checker.ts';

/** I9 */
export const notificationsChecker: Checker = {
  name: 'notifications',
  title: 'each endpoint is told what it asked for, at least once, under one id, in its order',
  check: (history) => [
    ...announced(history),
    ...history.deliveries.flatMap((delivery) => known(history, delivery)),
    ...[...toldOf(history).values()].flatMap(arrived),
    ...inOrder(history),
  ],
};

/** There is a notification for each event and endpoint that asked for it, and no other. */
function announced(history: History): readonly Violation[] {
  const found: Violation[] = [];
  const left = new Map(toldOf(history));
  for (const due of dueNotifications(history)) {
    const { notificationId, endpointId, eventId, type, key } = due;
    const what = `${type} (${eventId}) of ${key} to ${endpointId}`;
    const told = left.get(notificationId);
    left.delete(notificationId);
    if (told === undefined) {
      if (due.isCertain) found.push(violation('I9', `${what} was never announced`));
      continue;
    }
    const { created } = told;
    const is = `${created.content.type} (${created.content.sourceEventId ?? ''}) of ${told.key}`;
    if (`${is} to ${created.endpointId ?? ''}` !== what)
      found.push(violation('I9', `${what} was announced as ${is}`));
  }
  for (const [id, { key, created }] of left)
    found.push(
      violation(
        'I9',
        `nothing calls for ${id}: ${created.content.type} of ${key}, again or at all`,
      ),
    );
  return found;
}

/** What a merchant gets is one of its own notifications, and says so itself. */
function known(history: History, { id, endpointId, body }: BookedDelivery): readonly Violation[] {
  const told = toldOf(history).get(id);
  if (told === undefined)
    return [violation('I9', `${endpointId} was sent something under ${id}, which nobody knows`)];
  if (told.created.endpointId !== endpointId)
    return [violation('I9', `${endpointId} was sent ${id}, which is somebody else's`)];
  // All endpoints of a run take events.
  const said = JSON.parse(body) as { readonly id?: string; readonly type?: string };
  const isSame = said.id === id && said.type === told.created.content.type;
  return isSame ? [] : [violation('I9', `${id} says of itself: ${body}`)];
}

const isTaken = ({ status, isHeard }: BookedDelivery): boolean =>
  isHeard && status >= 200 && status < 300;

/** What is said of an attempt is what its merchant answered to that very attempt. */
function arrived({ created, steps, deliveries }: Told): readonly Violation[] {
  const { notificationId: id } = created;
  return steps.flatMap(({ event }) => {
    if (event.type !== 'NotificationDelivered' && event.type !== 'NotificationAttemptFailed')
      return [];
    const { attempt, report } = event.data;
    const own = deliveries.filter((each) => each.attempt === attempt);
    if (event.type === 'NotificationDelivered')
      return own.some(isTaken)
        ? []
        : [violation('I9', `${id}: attempt ${attempt} was delivered to nobody`)];
    const { httpStatus } = report;
    const wasSaid = own.some(({ status, isHeard }) => isHeard && status === httpStatus);
    return httpStatus === null || wasSaid
      ? []
      : [violation('I9', `${id}: nobody answered ${httpStatus} to attempt ${attempt}`)];
  });
}

/** Of one order the next comes to such an endpoint when the one before it has ended. */
function inOrder(history: History): readonly Violation[] {
  const lanes = new Map<string, Told[]>();
  for (const told of toldOf(history).values()) {
    if (!told.created.inOrder) continue;
    const lane = `${told.key} ${told.created.endpointId ?? ''}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), told]);
  }
  return [...lanes].flatMap(([lane, all]) =>
    all.flatMap((told) => {
      const begun = begunByItself(told);
      if (begun === null) return [];
      const { sequence } = told.created;
      const open = all.find((each) => each !== told && isUnderWay(each, { told, begun }));
      if (open === undefined) return [];
      const before = `number ${open.created.sequence} had ended`;
      return [violation('I9', `${lane}: number ${sequence} began before ${before}`)];
    }),
  );
}

/** Where in the log its first attempt was due; null where a person asked for that, or nothing did. */
function begunByItself({ created, place, steps }: Told): number | null {
  if (created.status === 'NOTIFYING') return place;
  const first = steps.find(({ event }) => event.type === 'NotificationAttemptDue');
  const isByOrder =
    first?.event.type === 'NotificationAttemptDue' && first.event.data.trigger === 'ORDER';
  return isByOrder ? first.place : null;
}

/** Whether another has no end at that place: one before it in any case, one behind it if it has begun. */
function isUnderWay(
  { created, place, steps }: Told,
  { told, begun }: { readonly told: Told; readonly begun: number },
): boolean {
  if (place >= begun) return false;
  let status = created.status === 'NOTIFYING' ? 'begun' : 'waits';
  for (const step of steps.filter((each) => each.place < begun)) {
    if (step.event.type === 'NotificationAttemptDue') status = 'begun';
    if (endBy(step) !== null) status = 'ended';
  }
  return status === 'begun' || (status === 'waits' && created.sequence < told.created.sequence);
}
