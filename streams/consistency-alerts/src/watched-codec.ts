import { invariant } from '@plumbline/kernel';
import type { StateCodec } from '@plumbline/runtime';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import type { WatchedOrder } from './stores.ts';
import type { RefundsView } from './rules/refunded-money.ts';
import type { JoinedView } from './rules/view.ts';
import type { Watches } from './rules/watch.ts';
import { watchedTypes } from './watched-schemas.ts';
import type { StoredView } from './watched-view.ts';
import { storedView, viewOf } from './watched-view.ts';

interface Stored extends StoredView {
  readonly watches: Watches;
  /** Null while no alert was ever raised. */
  readonly chain: WatchedOrder['chain'] | null;
  readonly correlationId: string;
}

/**
 * Before the Avro body. JSON, which came before, begins with `{`. Endpoints and accounts are written
 * as versions before write them: while processes are replaced, a task may go back to one that is
 * older. Orders are not: what the rules ask of them now, an older version could not keep. Of those
 * that nobody is told of it is what format 6 keeps, but where a second transaction is given back.
 */
function formatOf(view: JoinedView): 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 {
  const { order, payment, endpoint, receiving, channel, backward, told, stock } = view;
  if (channel !== undefined) return 7;
  if (view.unclaimed !== undefined) return 11;
  if (payment !== null && isByNumber(payment.refunds)) return 10;
  if (stock !== null) return 9;
  if (told !== null) return 8;
  if (order !== null || payment !== null || backward.length > 0) return 6;
  if (receiving !== null) return 5;
  return endpoint === null ? 3 : 4;
}

const isByNumber = ({ open, byNumber }: RefundsView): boolean =>
  byNumber.length > 0 || open.some(({ transactionId }) => transactionId !== null);

const jsonBegins = 0x7b;
let scratch = Buffer.alloc(4_096);

/**
 * What is kept of one order, in Avro behind a format byte: less than half the bytes of JSON, and a
 * fraction of its time. It is written once for nearly every record that is taken.
 */
export const watchedCodec: StateCodec<WatchedOrder> = {
  encode({ view, watches, chain: link, correlationId }) {
    const chain = link.version === 0n ? null : link;
    const stored: Stored = { ...storedView(view), watches, chain, correlationId };
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
  byte !== undefined && byte >= 1 && byte <= 11;
