import type { Evidence } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type { StateCodec } from '@plumbline/runtime';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import type { WatchedOrder } from './stores.ts';
import { noLastingFacts } from './rules/lasting.ts';
import type { JoinedView, PaymentView } from './rules/view.ts';
import type { Watches } from './rules/watch.ts';
import { watchedTypes } from './watched-schemas.ts';

interface Stored {
  readonly order: JoinedView['order'];
  readonly payment: StoredPayment | null;
  /** Formats before had none. */
  readonly checkout?: JoinedView['checkout'];
  /** Nor had these. */
  readonly endpoint?: JoinedView['endpoint'];
  /** Nor these. */
  readonly receiving?: JoinedView['receiving'];
  readonly watches: Watches;
  /** Null while no alert was ever raised. */
  readonly chain: WatchedOrder['chain'] | null;
  readonly correlationId: string;
}

/** Without the topic and type of its creation, which are known. Formats before had no more of it. */
type StoredPayment = Omit<PaymentView, 'created' | 'lasting'> & {
  readonly created?: Omit<Evidence, 'type' | 'topic'> | null;
  readonly lasting?: PaymentView['lasting'];
};

/**
 * Before the Avro body. JSON, which came before, begins with `{`. Orders are written as the version
 * before writes them: while processes are replaced, a task may go back to one that is older.
 */
function formatOf({ endpoint, receiving }: JoinedView): 3 | 4 | 5 {
  if (receiving !== null) return 5;
  return endpoint === null ? 3 : 4;
}

const jsonBegins = 0x7b;
let scratch = Buffer.alloc(4_096);

/**
 * What is kept of one order, in Avro behind a format byte: less than half the bytes of JSON, and a
 * fraction of its time. It is written once for nearly every record that is taken.
 */
export const watchedCodec: StateCodec<WatchedOrder> = {
  encode({ view, watches, chain: link, correlationId }) {
    const stored: Stored = {
      order: view.order,
      payment: view.payment,
      checkout: view.checkout,
      endpoint: view.endpoint,
      receiving: view.receiving,
      watches,
      chain: link.version === 0n ? null : link,
      correlationId,
    };
    const format = formatOf(view);
    const type = watchedTypes[format];
    let end = type.encode(stored, scratch, 1);
    while (end < 0) {
      scratch = Buffer.alloc(scratch.length * 2);
      end = type.encode(stored, scratch, 1);
    }
    scratch[0] = format;
    return Buffer.from(scratch.subarray(0, end));
  },
  decode(bytes) {
    // Written by an early version, which had no format byte.
    if (bytes[0] === jsonBegins) {
      const watched = jsonStateCodec.decode(bytes) as WatchedOrder;
      return { ...watched, view: viewOf(watched.view) };
    }
    const type = isFormat(bytes[0]) ? watchedTypes[bytes[0]] : null;
    invariant(type !== null, `a watched order in format ${bytes[0] ?? 'none'}`);
    const decoded = type.decode(bytes, 1);
    invariant(decoded.offset === bytes.length, 'a watched order has bytes left over or missing');
    const stored = decoded.value as Stored;
    return {
      view: viewOf(stored),
      watches: { ...stored.watches },
      chain: stored.chain ?? firstLink,
      correlationId: stored.correlationId,
    };
  },
};

const isFormat = (byte: number | undefined): byte is keyof typeof watchedTypes =>
  byte === 1 || byte === 2 || byte === 3 || byte === 4 || byte === 5;

function viewOf(stored: Pick<Stored, keyof JoinedView>): JoinedView {
  const { order, payment, checkout = null, endpoint = null, receiving = null } = stored;
  if (payment === null) return { order, payment, checkout, endpoint, receiving };
  const { created = null, lasting = noLastingFacts } = payment;
  const known = { ...payment, created: created && creation(created), lasting };
  return { order, payment: known, checkout, endpoint, receiving };
}

const creation = (place: Omit<Evidence, 'type' | 'topic'>): Evidence => ({
  ...place,
  type: 'PaymentCreated',
  topic: topics.paymentsEvents.name,
});
