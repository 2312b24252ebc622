import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { dueNotifications } from '../oracles/due-notifications.ts';
import type { Told } from '../oracles/told.ts';
import { endOf, toldOf } from '../oracles/told.ts';
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
  return [...lanes].flatMap(([lane, all]) => {
    const sorted = all.sort((a, b) => (a.created.sequence < b.created.sequence ? -1 : 1));
    return sorted.flatMap((told, index) => {
      const before = sorted[index - 1];
      const [first] = told.deliveries;
      if (before === undefined || first === undefined) return [];
      const end = endOf(before);
      if (end !== null && end.atMs <= Math.ceil(first.atMs)) return [];
      const { sequence } = told.created;
      return [violation('I9', `${lane}: number ${sequence} came before the one before had ended`)];
    });
  });
}
