import type { OutgoingRecord } from '@plumbline/kafka';
import { prefillPerTransaction } from '../limits.ts';
import { shopCourses } from './shop-courses.ts';
import { recordOfCourse } from './shop-record.ts';
import type { LogWriter, Written } from './write.ts';
import { writeAll } from './write.ts';

/** What makes an order wait for its payment at a gateway, in this order. */
const steps = (['PurchaseCreated', 'PaymentCreated', 'OrderAwaitingPayment'] as const).map((name) =>
  shopCourses.paid.indexOf(name),
);

/** Orders that wait for their payments, each under a key of its own. */
export async function writeOpenOrders(
  writer: LogWriter,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Written> {
  const { codec, shelf } = writer;
  const perTransaction = Math.floor(prefillPerTransaction / steps.length);
  function* chunks(): Generator<readonly OutgoingRecord[]> {
    for (let first = from; first < to; first += perTransaction) {
      const size = Math.min(perTransaction, to - first);
      yield steps.flatMap((step) =>
        Array.from({ length: size }, (_, n) => {
          const course = { index: first + n, keyIndex: first + n, round: 0 };
          return recordOfCourse('paid', { codec, shelf, course, step });
        }),
      );
    }
  }
  return writeAll(writer, chunks(), (to - from) * steps.length);
}
