import { avroType } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type { StateCodec } from '@plumbline/runtime';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import type { WatchedOrder } from './processor.ts';
import type { RuleId } from './rules/rules.ts';
import type { Watch } from './rules/watch.ts';

const evidence = {
  type: 'record',
  name: 'Evidence',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'type', type: 'string' },
    { name: 'topic', type: 'string' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: { type: 'long', logicalType: 'sequence' } },
    { name: 'time', type: 'long' },
  ],
};
const watch = {
  type: 'record',
  name: 'Watch',
  fields: [
    { name: 'trigger', type: 'Evidence' },
    { name: 'deadlineMs', type: 'long' },
    { name: 'ruleVersion', type: 'int' },
    { name: 'open', type: 'boolean' },
  ],
};
const order = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'orderNo', type: 'string' },
    { name: 'tenant', type: 'string' },
    { name: 'status', type: 'string' },
    { name: 'since', type: evidence },
  ],
};
const contradiction = {
  type: 'record',
  name: 'Contradiction',
  fields: [
    { name: 'reported', type: 'string' },
    { name: 'seen', type: 'Evidence' },
  ],
};
const payment = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'payNo', type: 'string' },
    { name: 'status', type: 'string' },
    { name: 'since', type: 'Evidence' },
    { name: 'amountMinor', type: { type: 'long', logicalType: 'minor-units' } },
    { name: 'currency', type: 'string' },
    { name: 'contradiction', type: ['null', contradiction] },
  ],
};
const chain = {
  type: 'record',
  name: 'Chain',
  fields: [
    { name: 'version', type: { type: 'long', logicalType: 'sequence' } },
    { name: 'hash', type: 'string' },
  ],
};
/** Changed only together with a new format byte; what was written before is read for ever. */
const schema = {
  type: 'record',
  name: 'WatchedOrder',
  fields: [
    { name: 'order', type: ['null', order] },
    { name: 'payment', type: ['null', payment] },
    { name: 'watches', type: { type: 'map', values: watch } },
    { name: 'chain', type: ['null', chain] },
    { name: 'correlationId', type: 'string' },
  ],
};
const type = avroType(JSON.stringify(schema));

interface Stored {
  readonly order: WatchedOrder['view']['order'];
  readonly payment: WatchedOrder['view']['payment'];
  readonly watches: Readonly<Partial<Record<RuleId, Watch>>>;
  /** Null while no alert was ever raised. */
  readonly chain: WatchedOrder['chain'] | null;
  readonly correlationId: string;
}

/** Before the Avro body. JSON, which came before, begins with `{`. */
const format = 1;
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
      watches,
      chain: link.version === 0n ? null : link,
      correlationId,
    };
    let end = type.encode(stored, scratch, 1);
    while (end < 0) {
      scratch = Buffer.alloc(scratch.length * 2);
      end = type.encode(stored, scratch, 1);
    }
    scratch[0] = format;
    return Buffer.from(scratch.subarray(0, end));
  },
  decode(bytes) {
    // Written by an earlier version, which had no format byte.
    if (bytes[0] === jsonBegins) return jsonStateCodec.decode(bytes) as WatchedOrder;
    invariant(bytes[0] === format, `a watched order in format ${bytes[0] ?? 'none'}`);
    const decoded = type.decode(bytes, 1);
    invariant(decoded.offset === bytes.length, 'a watched order has bytes left over or missing');
    const stored = decoded.value as Stored;
    const { order: ordered, payment: paid, watches, correlationId } = stored;
    return {
      view: { order: ordered, payment: paid },
      watches: { ...watches },
      chain: stored.chain ?? firstLink,
      correlationId,
    };
  },
};
