import { createHmac } from 'node:crypto';

/** What a notification says: the same on every attempt. */
export interface NotificationContent {
  readonly notificationId: string;
  /** Such as `payment.succeeded`. */
  readonly type: string;
  readonly paymentId: string;
  readonly orderNo: string;
  /** Decimal, in major units: `100.00`. */
  readonly amount: string;
  /** ISO 4217 */
  readonly currency: string | null;
  /** Contract 2's: `SUCCESS`. */
  readonly status: string;
  readonly paymentMethod: string | null;
  readonly transactionId: string | null;
  readonly refundId: string | null;
  /** Epoch ms. */
  readonly occurredAtMs: number;
  /** Rises with each notification of its order; what has a smaller one than was seen is stale. */
  readonly sequence: number;
  readonly tenant: string;
  /** JSON of events that have a shape of their own, such as alerts. */
  readonly dataJson: string | null;
}

/** ISO 8601 in UTC, with milliseconds. */
export const timestampOf = ({ occurredAtMs }: NotificationContent): string =>
  new Date(occurredAtMs).toISOString();

/** Contract 2's fields, in its order. */
const flatFields = (content: NotificationContent) => ({
  paymentId: content.paymentId,
  orderNo: content.orderNo,
  amount: content.amount,
  status: content.status,
  paymentMethod: content.paymentMethod,
  transactionId: content.transactionId,
  timestamp: timestampOf(content),
});

export interface FlatBodyOptions {
  readonly format: 'JSON' | 'FORM';
  /** Bytes of the secret that signs, for endpoints that want a field `signature`. */
  readonly signWith?: Buffer;
}

/**
 * Contract 2's body: paymentId, orderNo, amount, status, paymentMethod, transactionId, timestamp. In
 * JSON what is not known is `null`; in a form it is left out.
 *
 * With `signWith` a field `signature` follows: {@link flatSignature}. It is for endpoints that cannot
 * read headers; the headers of Standard Webhooks are sent all the same, and prove more: they cover
 * the time of the attempt.
 */
export function flatBody(content: NotificationContent, options: FlatBodyOptions): string {
  const fields: Fields = flatFields(content);
  const { signWith } = options;
  const signed =
    signWith === undefined ? fields : { ...fields, signature: flatSignature(fields, signWith) };
  if (options.format === 'JSON') return JSON.stringify(signed);
  const pairs = knownOf(signed).map(([name, value]): [string, string] => [name, value]);
  return new URLSearchParams(pairs).toString();
}

type Fields = Readonly<Record<string, string | null>>;

const knownOf = (fields: Fields): (readonly [string, string])[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );

/**
 * Lower-case hex of HMAC-SHA256, keyed with the secret's bytes, over the UTF-8 of `name=value` for
 * each field but `signature` that is not null, sorted by name in the order of code units, with `&`
 * between two. Values are as they are, neither percent-encoded nor quoted.
 *
 * So for paymentId p1, orderNo H1, amount 1.00, status SUCCESS, no method, no transaction:
 * `amount=1.00&orderNo=H1&paymentId=p1&status=SUCCESS&timestamp=2026-01-01T00:00:00.000Z`.
 */
export function flatSignature(fields: Fields, secretBytes: Buffer): string {
  const text = knownOf(fields)
    .filter(([name]) => name !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createHmac('sha256', secretBytes).update(text, 'utf8').digest('hex');
}

/**
 * The body after Standard Webhooks: `{"type","timestamp","id","sequence","data"}`, compact, keys in
 * this order. `data` is the event's own where it has one, else contract 2's fields with currency and
 * refundId.
 *
 * Errors: SyntaxError where `dataJson` is no JSON.
 */
export function eventBody(content: NotificationContent): string {
  const { type, notificationId: id, sequence, dataJson } = content;
  const head = JSON.stringify({ type, timestamp: timestampOf(content), id, sequence });
  return `${head.slice(0, -1)},"data":${dataJson === null ? flatData(content) : checked(dataJson)}}`;
}

function flatData(content: NotificationContent): string {
  const { currency, refundId } = content;
  return JSON.stringify({ ...flatFields(content), currency, refundId });
}

/** As it is written: parsed and written again, numbers beyond 2^53 would come out as others. */
function checked(dataJson: string): string {
  JSON.parse(dataJson);
  return dataJson.trim();
}
