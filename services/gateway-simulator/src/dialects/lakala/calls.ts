import { z } from 'zod';
import type { Books } from '../../books/books.ts';
import { paymentByGatewayId, paymentOf } from '../../books/books.ts';
import type { Call } from '../../books/decide.ts';
import type { Payment } from '../../books/payment.ts';
import type { ApiRequest } from '../dialect.ts';
import { minorNumber, minorText, readBody, referenceText, webUrl } from '../fields.ts';
import type { LakalaCode } from './codes.ts';
import { lakalaCodes, refusalCodes } from './codes.ts';
import { msOfCompactTime } from './times.ts';

export type ReadCall =
  /** `list`: the answer to a refund's query is a list. */
  | { readonly kind: 'call'; readonly call: Call; readonly list: boolean }
  | { readonly kind: 'refused'; readonly code: LakalaCode }
  | { readonly kind: 'no-call' };

/** Optional texts may be left out, null or empty: the documents' own examples have all three. */
const optional = <S extends z.ZodType>(schema: S) =>
  z
    .union([z.literal(''), z.null(), schema])
    .optional()
    .transform((value) => (value === '' || value === null || value === undefined ? null : value));

const compactTimeText = () =>
  z.string().transform((text, context): number => {
    const ms = msOfCompactTime(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: 'must be yyyyMMddHHmmss' });
    return z.NEVER;
  });

const envelope = <S extends z.ZodType>(data: S) =>
  z.looseObject({ req_time: compactTimeText(), version: z.string().min(1).max(8), req_data: data });

/** Numbers of orders and trades, ours and theirs. */
const number = () => referenceText(64);

const createData = z.looseObject({
  merchant_no: z.string(),
  out_order_no: referenceText(32),
  // The table says long, the example beside it has text.
  total_amount: z.union([minorText(), minorNumber()]),
  order_efficient_time: compactTimeText(),
  order_info: z.string().min(1).max(64),
  notify_url: optional(webUrl(128)),
  callback_url: optional(webUrl(128)),
});

const orderData = z.looseObject({
  merchant_no: z.string(),
  out_order_no: optional(number()),
  pay_order_no: optional(number()),
});

const refundData = z.looseObject({
  merchant_no: z.string(),
  term_no: z.string(),
  out_trade_no: referenceText(32),
  refund_amount: minorText(),
  refund_reason: optional(z.string().max(32)),
  origin_trade_no: optional(number()),
  origin_log_no: optional(number()),
  origin_out_trade_no: optional(number()),
  // Required by refund_front alone, as is the address within.
  location_info: z.looseObject({ request_ip: z.string().min(1) }).optional(),
});

const refundQueryData = z.looseObject({
  merchant_no: z.string(),
  term_no: z.string(),
  out_trade_no: referenceText(32),
  origin_out_trade_no: optional(number()),
});

const bad: ReadCall = { kind: 'refused', code: lakalaCodes.badRequest };
const notFound: ReadCall = { kind: 'refused', code: refusalCodes.NOT_FOUND };
const call = (content: Call, list = false): ReadCall => ({ kind: 'call', call: content, list });

interface Known {
  readonly merchantNo: string;
  readonly termNo: string;
}

/** The cashier's calls, and two families of refunds: `rfd/refund_front` and `lams/trade`. */
export function callOf(request: ApiRequest, books: Books, known: Known): ReadCall {
  const [path = ''] = request.target.slice('/lakala'.length).split('?');
  if (request.method !== 'POST') return { kind: 'no-call' };
  switch (path) {
    case '/api/v3/ccss/counter/order/special_create':
      return create(request, known);
    case '/api/v3/ccss/counter/order/query':
      return ofOrder(request, books, known, 'query');
    case '/api/v3/ccss/counter/order/close':
      return ofOrder(request, books, known, 'close');
    case '/api/v3/rfd/refund_front/refund':
      return refund(request, books, known, 'rfd');
    case '/api/v3/lams/trade/trade_refund':
      return refund(request, books, known, 'lams');
    case '/api/v3/rfd/refund_front/refund_query':
      return refundQuery(request, known, 'rfd');
    case '/api/v3/lams/trade/trade_refund_query':
      return refundQuery(request, known, 'lams');
    default:
      return { kind: 'no-call' };
  }
}

function create({ body }: ApiRequest, known: Known): ReadCall {
  const fields = readBody(body, envelope(createData));
  if (!fields.ok) return bad;
  const data = fields.value.req_data;
  if (data.merchant_no !== known.merchantNo) return bad;
  return call({
    ...{ on: 'create', reference: data.out_order_no },
    ...{ amountMinor: data.total_amount, currency: 'CNY', subject: data.order_info },
    expireAtMs: data.order_efficient_time,
    ...{ notifyUrl: data.notify_url, returnUrl: data.callback_url },
  });
}

function ofOrder(
  { body }: ApiRequest,
  books: Books,
  known: Known,
  on: 'query' | 'close',
): ReadCall {
  const fields = readBody(body, envelope(orderData));
  if (!fields.ok) return bad;
  const { merchant_no, out_order_no, pay_order_no } = fields.value.req_data;
  if (merchant_no !== known.merchantNo) return bad;
  if (out_order_no !== null) return call({ on, reference: out_order_no });
  if (pay_order_no === null) return bad;
  const payment = paymentByGatewayId(books, 'lakala', pay_order_no);
  return payment?.orderId === pay_order_no ? call({ on, reference: payment.reference }) : notFound;
}

type Family = 'rfd' | 'lams';
type RefundData = z.output<typeof refundData>;

function refund({ body, nowMs }: ApiRequest, books: Books, known: Known, family: Family): ReadCall {
  const fields = readBody(body, envelope(refundData));
  if (!fields.ok) return bad;
  const data = fields.value.req_data;
  if (data.merchant_no !== known.merchantNo || data.term_no !== known.termNo) return bad;
  const origins = [data.origin_trade_no, data.origin_log_no, data.origin_out_trade_no];
  const given = origins.filter((origin) => origin !== null).length;
  // Document 892: of a payment by the cashier at least two of the three must be sent.
  if (family === 'rfd' && (given < 2 || !data.location_info)) return bad;
  const payment = originOf(books, data);
  if (!payment) return notFound;
  return call({
    ...{ on: 'refund', reference: payment.reference, refundReference: data.out_trade_no },
    ...{ amountMinor: data.refund_amount, currency: 'CNY', reason: data.refund_reason },
    ...{ settleAtMs: nowMs, settleAs: 'SUCCESS' },
  });
}

/** The documented order of precedence: trade, statement, the merchant's own. */
function originOf(books: Books, data: RefundData): Payment | null {
  const { origin_trade_no: trade, origin_log_no: log, origin_out_trade_no: own } = data;
  if (trade !== null) {
    const payment = paymentByGatewayId(books, 'lakala', trade);
    return payment?.transactionId === trade ? payment : null;
  }
  if (log !== null) {
    const payment = paymentByGatewayId(books, 'lakala', log);
    return payment?.statementId === log ? payment : null;
  }
  return own === null ? null : paymentOf(books, 'lakala', own);
}

function refundQuery({ body }: ApiRequest, known: Known, family: Family): ReadCall {
  const fields = readBody(body, envelope(refundQueryData));
  if (!fields.ok) return bad;
  const data = fields.value.req_data;
  if (data.merchant_no !== known.merchantNo || data.term_no !== known.termNo) return bad;
  // In lams, `out_trade_no` numbers the query and `origin_out_trade_no` names the refund.
  const refundReference =
    family === 'lams' ? (data.origin_out_trade_no ?? data.out_trade_no) : data.out_trade_no;
  return call({ on: 'query-refund', reference: null, refundReference }, family === 'lams');
}
