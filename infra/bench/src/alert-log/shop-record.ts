import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import type { Shelf } from './encode.ts';
import { eventRecord, orderNoOf } from './encode.ts';
import type { ShopCourse, ShopStep } from './shop-courses.ts';
import { shopCourseOf, shopCourses } from './shop-courses.ts';
import { shopPayloadOf } from './shop-payloads.ts';
import type { Course } from './waves.ts';

type Place = Pick<Course, 'index' | 'keyIndex' | 'round'>;

/** One event of a course in a shop, as its service would have written it. */
export const shopRecordOf = (
  codec: Codec,
  shelf: Shelf,
  course: Place,
  step: number,
): OutgoingRecord => recordOfCourse(shopCourseOf(course.index), { codec, shelf, course, step });

export function recordOfCourse(
  kind: ShopCourse,
  of: {
    readonly codec: Codec;
    readonly shelf: Shelf;
    readonly course: Place;
    readonly step: number;
  },
): OutgoingRecord {
  const { codec, shelf, course, step } = of;
  const steps: readonly ShopStep[] = shopCourses[kind];
  const name = steps[step] ?? 'OrderCreated';
  const context = contextOf(name);
  const before = steps.slice(0, step).filter((each) => contextOf(each) === context);
  return eventRecord({
    ...{ codec, shelf, course, context, topic: topicOf[context] },
    orderNo: orderNoOf(shelf, course.keyIndex),
    nth: before.length + 1,
    payload: (subject, eventId) => shopPayloadOf(name, subject, eventId),
  });
}

type Context = 'checkout' | 'endpoints' | 'orders' | 'payments' | 'receiving';

const topicOf: Readonly<Record<Context, string>> = {
  checkout: topics.checkoutEvents.name,
  endpoints: topics.endpointsEvents.name,
  orders: topics.ordersEvents.name,
  payments: topics.paymentsEvents.name,
  receiving: topics.receivingEvents.name,
};

function contextOf(name: ShopStep): Context {
  if (name === 'OrderActivated' || name === 'MoneyMatched') return 'receiving';
  if (name.startsWith('Order') || name === 'PurchaseCreated') return 'orders';
  if (name.startsWith('Checkout')) return 'checkout';
  return name.startsWith('Endpoint') ? 'endpoints' : 'payments';
}
