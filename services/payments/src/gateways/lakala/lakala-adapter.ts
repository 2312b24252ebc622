import { invariant, unreachable } from '@plumbline/kernel';
import { z } from 'zod';
import { jsonOf } from '../answer-fields.ts';
import { failed, refused, unknown, unknownStatus, unreadable } from '../answers.ts';
import * as limits from '../limits.ts';
import type {
  CloseAnswer,
  CreateAnswer,
  CreateRequest,
  Exchange,
  GatewayAdapter,
  GatewayHttpResponse,
  Money,
  QueryAnswer,
  RefundAnswer,
  RefundQueryAnswer,
  RefundReference,
  RefundRequest,
  RequestContext,
  Unknown,
} from '../port.ts';
import { subjectFor } from '../subject.ts';
import { readLakalaCallback } from './lakala-callback.ts';
import type { LakalaKeys } from './lakala-signature.ts';
import { createLakalaSignatures } from './lakala-signature.ts';
import { lakalaTime } from './lakala-time.ts';
import { closedOrder, createdOrder, orderMeans, queriedOrder, refundData } from './order-data.ts';

/**
 * Lakala's open platform: the aggregated cashier (收银台), and refunds through the refund front
 * (退货前置). Both sides sign. Amounts are fen.
 * Sources: o.lakala.com, 聚合收银台 (special_create 2025-10-29, query 2025-02-26, close, notification
 * 2025-07-16); documents 892 and 893, now 1826 and 1827 (refund and its query).
 */
export interface LakalaCredentials extends LakalaKeys {
  /** The merchant that is paid (银联商户号). */
  readonly merchantNo: string;
  /** Its terminal for online payments, which a refund must name. */
  readonly termNo: string;
  /** The device (vpos_id) that orders are made with, where Lakala has given one. */
  readonly vposId: string | null;
  /** Our address as the internet sees it: refunds must carry it for Lakala's risk control. */
  readonly requestIp: string;
  /** Codes of a query that mean "no such order". Lakala documents none: its support tells them. */
  readonly notFoundCodes: readonly string[];
  /**
   * The same of the refund front, which has codes of its own. After one of them the refund is sent
   * again under its number: only what means "never came in" may be here.
   */
  readonly refundNotFoundCodes: readonly string[];
}

/** Of the cashier's `order_info`, `notify_url` and `callback_url`, and of `refund_reason`. */
const subjectUnitsMax = 64;
const urlCharsMax = 128;
const reasonUnitsMax = 32;

/** "At most the time of the order and 7 days"; a minute is left for clocks that differ. */
const lifeMaxMs = 7 * 24 * 3_600_000 - 60_000;

/** The number on Lakala's statement (log_no) is the end of the trade's number. */
const statementDigits = 14;

const success = '000000';

const envelope = z.object({
  code: z.string(),
  msg: z.string().nullish(),
  resp_data: z.unknown().optional(),
});

/** Throws for keys that cannot be used; see {@link createLakalaSignatures}. */
export function createLakalaAdapter(credentials: LakalaCredentials): GatewayAdapter {
  const signatures = createLakalaSignatures(credentials);
  const { merchantNo, notFoundCodes, refundNotFoundCodes } = credentials;

  const signed = <Input, Answer>(
    path: string,
    dataOf: (input: Input, context: RequestContext) => object,
    read: (answer: Answered, input: Input) => Answer | Unknown,
  ): Exchange<Input, Answer> => ({
    request(input, context) {
      const req_time = lakalaTime(context.nowMs);
      const req_data = dataOf(input, context);
      const body = JSON.stringify({ req_time, version: '3.0', req_data });
      return {
        ...{ method: 'POST', path, body },
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: signatures.authorization(body, context),
        },
      };
    },
    read(response, input) {
      if (response.status !== 200) return unknownStatus(response.status);
      if (!signatures.isAnswerSigned(response)) {
        return unknown('SIGNATURE_INVALID', 'the answer is not signed by Lakala');
      }
      const answer = answeredBy(response);
      return answer === null ? unreadable('an answer without a code') : read(answer, input);
    },
  });

  const named = ({ reference }: { reference: string }) => ({
    merchant_no: merchantNo,
    out_order_no: reference,
  });
  return {
    name: 'LAKALA',
    currencies: ['CNY'],
    create: signed(
      '/api/v3/ccss/counter/order/special_create',
      (input: CreateRequest, context) => orderOf(input, context, credentials),
      (answer, input) => readCreated(answer, input, merchantNo),
    ),
    query: signed('/api/v3/ccss/counter/order/query', named, (answer, { reference }) =>
      notFoundCodes.includes(answer.code)
        ? { kind: 'not-found' }
        : readOrder(answer, { reference, merchantNo }),
    ),
    close: signed('/api/v3/ccss/counter/order/close', named, (answer, { reference }) =>
      notFoundCodes.includes(answer.code)
        ? { kind: 'not-found' }
        : readClosed(answer, { reference, merchantNo }),
    ),
    refund: signed(
      '/api/v3/rfd/refund_front/refund',
      (input: RefundRequest) => refundOf(input, credentials),
      readRefunding,
    ),
    queryRefund: signed(
      '/api/v3/rfd/refund_front/refund_query',
      ({ refundReference }: RefundReference) => ({
        ...{ merchant_no: merchantNo, term_no: credentials.termNo, out_trade_no: refundReference },
      }),
      (answer, input) =>
        refundNotFoundCodes.includes(answer.code)
          ? { kind: 'not-found' }
          : readRefund(answer, input),
    ),
    readCallback: (callback) => readLakalaCallback(callback, signatures, merchantNo),
    callbackAnswer: {
      ...{ status: 200, contentType: 'application/json' },
      body: '{"code":"SUCCESS","message":"执行成功"}',
    },
  };
}

function fenOf({ amountMinor, currency }: Money): bigint {
  invariant(currency === 'CNY', 'Lakala takes yuan only');
  const fits = amountMinor > 0n && amountMinor <= limits.amountMinorMax;
  invariant(fits, 'an amount at Lakala is positive and has at most 12 digits');
  return amountMinor;
}

function orderOf(
  input: CreateRequest,
  { nowMs }: RequestContext,
  { merchantNo, vposId }: LakalaCredentials,
) {
  const { reference, subject, notifyUrl, returnUrl } = input;
  invariant(notifyUrl.length <= urlCharsMax, 'a notify_url at Lakala has at most 128 characters');
  const untilMs = Math.min(input.expireAtMs, nowMs + lifeMaxMs);
  return {
    ...{ out_order_no: reference, merchant_no: merchantNo },
    ...(vposId === null ? {} : { vpos_id: vposId }),
    total_amount: Number(fenOf(input)),
    order_efficient_time: lakalaTime(untilMs),
    notify_url: notifyUrl,
    support_cancel: 0,
    support_refund: 1,
    // One order is one attempt: a second payment of it could not be told from the first.
    support_repeat_pay: 0,
    // What comes after closing is refunded once, by us, and not by both.
    close_order_auto_refund: '0',
    order_info: subjectFor(subject, { unitsMax: subjectUnitsMax, instead: reference }),
    // Too long for Lakala: the payer then stays on its page.
    ...(returnUrl === null || returnUrl.length > urlCharsMax ? {} : { callback_url: returnUrl }),
  };
}

function refundOf(input: RefundRequest, { merchantNo, termNo, requestIp }: LakalaCredentials) {
  const { refundReference, gatewayTransactionId, reason } = input;
  invariant(gatewayTransactionId !== null, 'Lakala refunds a payment by the number it gave it');
  return {
    ...{ merchant_no: merchantNo, term_no: termNo, out_trade_no: refundReference },
    refund_amount: String(fenOf(input)),
    ...(reason === null
      ? {}
      : {
          refund_reason: subjectFor(reason, { unitsMax: reasonUnitsMax, instead: refundReference }),
        }),
    // A refund of a cashier's payment names it by two of its three numbers.
    origin_trade_no: gatewayTransactionId,
    origin_log_no: gatewayTransactionId.slice(-statementDigits),
    location_info: { request_ip: requestIp },
  };
}

/** A rightly signed answer. */
interface Answered {
  readonly code: string;
  readonly message: string;
  readonly data: unknown;
}

function answeredBy({ body }: GatewayHttpResponse): Answered | null {
  const { data } = envelope.safeParse(jsonOf(body));
  if (data === undefined) return null;
  return { code: data.code, message: data.msg ?? data.code, data: data.resp_data };
}

/** No code but success is documented for the cashier: what any other means, only a query tells. */
const otherCode = ({ code, message }: Answered): Unknown => unknown(code, message);

const otherPayment = (): Unknown => unknown('OTHER_PAYMENT', 'the answer is about another one');

interface Asked {
  readonly reference: string;
  readonly merchantNo: string;
}

const isAbout = (
  order: { readonly out_order_no: string; readonly merchant_no: string },
  { reference, merchantNo }: Asked,
): boolean => order.out_order_no === reference && order.merchant_no === merchantNo;

function readCreated(answer: Answered, input: CreateRequest, merchantNo: string): CreateAnswer {
  if (answer.code !== success) return otherCode(answer);
  const { data } = createdOrder.safeParse(answer.data);
  if (data === undefined) return unreadable('not a created order');
  const isOurs = isAbout(data, { reference: input.reference, merchantNo });
  if (!isOurs || data.total_amount !== input.amountMinor) return otherPayment();
  return {
    ...{ kind: 'accepted', gatewayTransactionId: null },
    ...{ payUrl: data.counter_url, handle: data.pay_order_no },
  };
}

function readOrder(answer: Answered, asked: Asked): QueryAnswer {
  if (answer.code !== success) return otherCode(answer);
  const { data } = queriedOrder.safeParse(answer.data);
  if (data === undefined) return unreadable('not an order');
  return isAbout(data, asked) ? orderMeans(data) : otherPayment();
}

function readClosed(answer: Answered, asked: Asked): CloseAnswer {
  if (answer.code !== success) return otherCode(answer);
  const { data } = closedOrder.safeParse(answer.data);
  if (data === undefined) return unreadable('not an order');
  if (!isAbout(data, asked)) return otherPayment();
  const { order_status: status } = data;
  switch (status) {
    case '4':
    case '5':
    case '7':
      return { kind: 'closed' };
    case '2':
    case '6':
      return { kind: 'paid' };
    case '0':
    case '1':
    case '3':
      return unknown('NOT_CLOSED', `the order has the status ${status}`);
    default:
      return unreachable(status);
  }
}

/** "Success is 000000; RFD11105 and RFD11112 mean an unknown outcome; others are failures." */
const refundUnknownCodes: readonly string[] = ['RFD11105', 'RFD11112'];

function readRefunding(answer: Answered, input: RefundRequest): RefundAnswer {
  const { code, message } = answer;
  if (code !== success) {
    // Only what the refund front itself says is taken for its refusal, not a fault on the way to it.
    const isRefusal = /^RFD\d{5}$/.test(code) && !refundUnknownCodes.includes(code);
    return isRefusal ? refused(code, message) : otherCode(answer);
  }
  const { data } = refundData.safeParse(answer.data);
  if (data === undefined) return unreadable('not a refund');
  const isOurs = data.out_trade_no === input.refundReference;
  if (!isOurs || data.refund_amount !== input.amountMinor) return otherPayment();
  const { trade_state: state, trade_no: gatewayRefundId } = data;
  switch (state) {
    case 'SUCCESS':
      return { kind: 'refunded', gatewayRefundId };
    case 'PROCESSING':
      return { kind: 'accepted', gatewayRefundId };
    case 'FAIL':
    case 'EXCEPTION':
      return refused(state, message);
    case 'INIT':
    case 'DEAL':
    case 'TIMEOUT':
      return unknown(state, 'only a query tells what came of the refund');
    default:
      return unreachable(state);
  }
}

function readRefund(answer: Answered, { refundReference }: RefundReference): RefundQueryAnswer {
  if (answer.code !== success) return otherCode(answer);
  const { data } = refundData.safeParse(answer.data);
  if (data === undefined) return unreadable('not a refund');
  if (data.out_trade_no !== refundReference) return otherPayment();
  const { trade_state: state, trade_no: gatewayRefundId, refund_amount: amountMinor } = data;
  switch (state) {
    case 'SUCCESS':
      return { kind: 'refunded', gatewayRefundId, amountMinor, currency: 'CNY' };
    case 'FAIL':
    case 'EXCEPTION':
      return failed(state, answer.message);
    case 'INIT':
    case 'DEAL':
    case 'PROCESSING':
    case 'TIMEOUT':
      return { kind: 'pending' };
    default:
      return unreachable(state);
  }
}
