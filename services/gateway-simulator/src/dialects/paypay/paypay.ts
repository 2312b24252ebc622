import { randomUUID } from 'node:crypto';
import { intNumber } from '@plumbline/http';
import { unreachable } from '@plumbline/kernel';
import { z } from 'zod';
import type { Books } from '../../books/books.ts';
import { paymentByGatewayId, refundsOf } from '../../books/books.ts';
import type { Call, Outcome } from '../../books/decide.ts';
import type { Payment, Refund } from '../../books/payment.ts';
import * as limits from '../../limits.ts';
import type { ApiAnswer, ApiRequest, Dialect, Lie, Notice, Reading } from '../dialect.ts';
import { minorNumber, readBody, referenceText, webUrl } from '../fields.ts';
import { sameText } from '../timing-safe.ts';
import type { ResultCode } from './codes.ts';
import { resultCodes } from './codes.ts';
import { bodyHash, macOf, parseAuthorization } from './signature.ts';

/**
 * PayPay's Open Payment API, dynamic codes (www.paypay.ne.jp/opa/doc/v1.0/dynamicqrcode): amounts
 * are whole yen, times epoch seconds, results under `resultInfo`, notifications unsigned.
 */
export interface PaypayOptions {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly merchantId: string;
  /** Merchants set it in PayPay's panel, not in requests. */
  readonly notifyUrl: string | null;
  readonly payUrl: (payment: Payment) => string;
}

export const paypayDialect = (options: PaypayOptions): Dialect => ({
  gateway: 'paypay',
  basePath: '/paypay',
  read: (request, books) => read(request, books, options),
  notifyUrl: (_payment, books) => books.notifyUrls.get('paypay') ?? options.notifyUrl,
  answerGarbles: ['body', 'amount'],
  callbackGarbles: ['body', 'amount', 'merchant'],
  // Up to 10 times; how far apart is not published, so this spacing is ours.
  callbackDelaysMs: [
    0, 2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
  ],
  callbackTimeoutMs: 2_000,
  acknowledged: (status) => status >= 200 && status <= 299,
  callback: (notice, lie) => callback(notice, lie, options),
});

const money = z.looseObject({ amount: minorNumber(), currency: z.literal('JPY') });

const createBody = z.looseObject({
  merchantPaymentId: referenceText(64),
  amount: money,
  codeType: z.literal('ORDER_QR'),
  orderDescription: z.string().max(255).optional(),
  redirectUrl: webUrl().optional(),
  redirectType: z.enum(['WEB_LINK', 'APP_DEEP_LINK']).optional(),
  requestedAt: intNumber({ min: 0, max: 99_999_999_999 }).optional(),
});

const refundBody = z.looseObject({
  merchantRefundId: referenceText(64),
  paymentId: z.string().min(1).max(64),
  amount: money,
  requestedAt: intNumber({ min: 0, max: 99_999_999_999 }),
  reason: z.string().max(255).optional(),
});

const say = ({ status, code, message, codeId }: ResultCode, data?: unknown): ApiAnswer => ({
  status: status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    resultInfo: { code, message, codeId },
    ...(data !== undefined && { data }),
  }),
});

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** Whole yen fit a JSON number: the largest amount is far below 2^53. */
const yen = (amountMinor: bigint, lie: Lie = null) => ({
  amount: Number(lie === 'amount' ? amountMinor + 1n : amountMinor),
  currency: 'JPY',
});

function read(request: ApiRequest, books: Books, options: PaypayOptions): Reading {
  const refuse = (result: ResultCode): Reading => ({
    kind: 'refused',
    code: result.code,
    answer: say(result),
  });
  const [path = '', query = ''] = request.target.slice('/paypay'.length).split('?');
  if (!isSigned(request, path, options)) return refuse(resultCodes.unauthorized);
  const assumed = new URLSearchParams(query).get('assumeMerchant');
  const merchant = assumed ?? request.headers['x-assume-merchant'];
  if (merchant !== undefined && merchant !== options.merchantId)
    return refuse(resultCodes.outOfScope);
  const found = callOf(request, path, books);
  if ('codeId' in found) return refuse(found);
  return {
    kind: 'call',
    call: found,
    answer: (outcome, { lie, nowMs }) =>
      answer({ call: found, outcome, lie, nowMs, books, options }),
    rateLimited: () => say(resultCodes.rateLimit),
    broken: () => say(resultCodes.internal),
  };
}

function isSigned(request: ApiRequest, path: string, options: PaypayOptions): boolean {
  const given = parseAuthorization(request.headers['authorization'] ?? '');
  if (given === null) return false;
  const { nonce, epoch } = given;
  const awayMs = Math.abs(request.nowMs - Number(epoch) * 1_000);
  if (awayMs > limits.paypayClockSkewMs) return false;
  const contentType = request.headers['content-type'] ?? '';
  const { method, body } = request;
  const mac = macOf(options.apiSecret, { method, path, nonce, epoch, contentType, body });
  const checks = [
    sameText(given.apiKey, options.apiKey),
    sameText(given.hash, bodyHash(contentType, body)),
    sameText(given.mac, mac),
  ];
  return checks.every(Boolean);
}

function callOf(request: ApiRequest, path: string, books: Books): Call | ResultCode {
  const { method } = request;
  if (method === 'POST' && path === '/v2/codes') return createOf(request);
  if (method === 'POST' && path === '/v2/refunds') return refundOf(request, books);
  const [, queried] = /^\/v2\/codes\/payments\/([0-9A-Za-z_-]{1,64})$/.exec(path) ?? [];
  if (method === 'GET' && queried !== undefined) return { on: 'query', reference: queried };
  const [, codeId] = /^\/v2\/codes\/([0-9A-Za-z_-]{1,64})$/.exec(path) ?? [];
  if (method === 'DELETE' && codeId !== undefined) {
    const payment = paymentByGatewayId(books, 'paypay', codeId);
    return payment ? { on: 'close', reference: payment.reference } : resultCodes.codeNotFound;
  }
  const [, refundReference] = /^\/v2\/refunds\/([0-9A-Za-z_-]{1,64})$/.exec(path) ?? [];
  if (method === 'GET' && refundReference !== undefined)
    return { on: 'query-refund', reference: null, refundReference };
  return resultCodes.noSuchCall;
}

function createOf({ body, nowMs }: ApiRequest): Call | ResultCode {
  const fields = readBody(body, createBody);
  if (!fields.ok) return resultCodes.badParameters;
  const { merchantPaymentId: reference, amount, orderDescription, redirectUrl } = fields.value;
  return {
    ...{ on: 'create', reference, amountMinor: amount.amount, currency: 'JPY' },
    subject: orderDescription ?? '',
    expireAtMs: nowMs + limits.paypayCodeMs,
    notifyUrl: null,
    returnUrl: redirectUrl ?? null,
  };
}

function refundOf({ body, nowMs }: ApiRequest, books: Books): Call | ResultCode {
  const fields = readBody(body, refundBody);
  if (!fields.ok) return resultCodes.refundInvalid;
  const { merchantRefundId: refundReference, paymentId, amount, reason } = fields.value;
  const payment = paymentByGatewayId(books, 'paypay', paymentId);
  // A code is not a payment: its own id says nothing here.
  if (payment?.transactionId !== paymentId) return resultCodes.orderNotFound;
  return {
    ...{ on: 'refund', reference: payment.reference, refundReference },
    ...{ amountMinor: amount.amount, currency: 'JPY', reason: reason ?? null },
    ...{ settleAtMs: nowMs, settleAs: 'SUCCESS' },
  };
}

interface Answering {
  readonly call: Call;
  readonly outcome: Outcome;
  readonly lie: Lie;
  readonly nowMs: number;
  readonly books: Books;
  readonly options: PaypayOptions;
}

function answer(at: Answering): ApiAnswer {
  const { call, outcome, lie, books, options } = at;
  switch (outcome.kind) {
    case 'refused':
      return say(refusalOf(call, outcome));
    case 'refund':
      return say(resultCodes.success, refundData(outcome.refund, outcome.payment, lie));
    case 'payment': {
      const { payment } = outcome;
      if (call.on === 'close') return say(resultCodes.success);
      if (call.on !== 'create') return say(resultCodes.success, paymentData(books, payment, lie));
      if (outcome.repeated) return say(resultCodes.duplicateCode);
      const url = options.payUrl(payment);
      return say(resultCodes.success, {
        ...{ codeId: payment.orderId, url, deeplink: url },
        expiryDate: seconds(payment.expireAtMs),
        merchantPaymentId: payment.reference,
        amount: yen(payment.amountMinor, lie),
        orderDescription: payment.subject,
        codeType: 'ORDER_QR',
        requestedAt: seconds(payment.createdAtMs),
        ...(payment.returnUrl !== null && { redirectUrl: payment.returnUrl }),
        ...{ redirectType: 'WEB_LINK', isAuthorization: false },
      });
    }
    default:
      return unreachable(outcome);
  }
}

function refusalOf(call: Call, outcome: Outcome & { readonly kind: 'refused' }): ResultCode {
  switch (outcome.code) {
    case 'NOT_FOUND': {
      if (call.on === 'query-refund') return resultCodes.refundNotFound;
      return call.on === 'query' ? resultCodes.paymentNotFound : resultCodes.orderNotFound;
    }
    case 'REFERENCE_REUSED':
      return call.on === 'create' ? resultCodes.duplicateCode : resultCodes.refundInvalid;
    case 'ALREADY_PAID':
      return resultCodes.alreadyPaid;
    case 'NOT_PAID':
      return resultCodes.notRefundable;
    case 'EXCEEDS_PAID':
      return resultCodes.refundTooHigh;
    case 'CURRENCY_DIFFERS':
      return resultCodes.refundInvalid;
    case 'BOOKS_FULL':
      return resultCodes.rateLimit;
    default:
      return unreachable(outcome.code);
  }
}

function paymentData(books: Books, payment: Payment, lie: Lie) {
  const paid = payment.status === 'SUCCESS' ? payment : null;
  const refunds = refundsOf(books, payment).map((one) => refundData(one, payment, null));
  return {
    ...(paid && { paymentId: payment.transactionId, acceptedAt: seconds(paid.paidAtMs) }),
    status: statusOf(payment),
    ...(refunds.length > 0 && { refunds: { data: refunds } }),
    merchantPaymentId: payment.reference,
    amount: yen(payment.amountMinor, lie),
    requestedAt: seconds(payment.createdAtMs),
    orderDescription: payment.subject,
    ...(payment.status === 'CLOSED' && { canceledAt: seconds(payment.closedAtMs) }),
  };
}

function statusOf(payment: Payment): string {
  switch (payment.status) {
    case 'PENDING':
      return 'CREATED';
    case 'SUCCESS':
      return payment.refundedMinor === payment.amountMinor ? 'REFUNDED' : 'COMPLETED';
    case 'FAILED':
      return 'FAILED';
    case 'CLOSED':
      return payment.reason === 'EXPIRED' ? 'EXPIRED' : 'CANCELED';
    default:
      return unreachable(payment);
  }
}

const refundStatus = { PENDING: 'CREATED', SUCCESS: 'REFUNDED', FAILED: 'FAILED' } as const;

const refundData = (refund: Refund, payment: Payment, lie: Lie) => ({
  status: refundStatus[refund.status],
  acceptedAt: seconds(refund.createdAtMs),
  merchantRefundId: refund.refundReference,
  paymentId: payment.transactionId,
  amount: yen(refund.amountMinor, lie),
  requestedAt: seconds(refund.createdAtMs),
  ...(refund.reason !== null && { reason: refund.reason }),
});

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Nothing of it is signed, so a receiver can believe none of it. */
function callback({ about, payment, nowMs }: Notice, lie: Lie, options: PaypayOptions) {
  const states = { paid: 'COMPLETED', failed: 'FAILED' } as const;
  if (about !== 'paid' && about !== 'failed') return null;
  const body = JSON.stringify({
    notification_type: 'Transaction',
    notification_id: randomUUID(),
    merchant_id: lie === 'merchant' ? `${options.merchantId}0` : options.merchantId,
    ...{ store_id: '', pos_id: '' },
    order_id: payment.transactionId,
    merchant_order_id: payment.reference,
    ...{ authorized_at: null, expires_at: null },
    paid_at: about === 'paid' ? iso(nowMs) : null,
    order_amount: yen(payment.amountMinor, lie).amount,
    state: states[about],
  });
  return { headers: { 'content-type': 'application/json' }, body };
}
