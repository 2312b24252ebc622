import { invariant, unreachable } from '@plumbline/kernel';
import type { z } from 'zod';
import { jsonOf } from '../answer-fields.ts';
import { failed, refused, refusedForNow, unknown, unknownStatus, unreadable } from '../answers.ts';
import type {
  Accepted,
  CreateRequest,
  Exchange,
  GatewayAdapter,
  GatewayHttpRequest,
  GatewayHttpResponse,
  Money,
  PaymentReference,
  QueryAnswer,
  RefundAnswer,
  RefundQueryAnswer,
  RefundReference,
  RefundRequest,
  RequestContext,
  Unknown,
} from '../port.ts';
import { subjectFor } from '../subject.ts';
import { code, envelope, payment, refund, refundedOf } from './answer-data.ts';
import { opaAuthorization } from './opa-auth.ts';
import { readPayPayCallback } from './paypay-callback.ts';
import type { CodeMeaning } from './result-codes.ts';
import * as codes from './result-codes.ts';

/**
 * PayPay, dynamic QR codes of the Open Payment API v2. PayPay does not sign its answers, so that TLS
 * is all that they are believed for, and does not sign its notifications, which are hints only.
 * Source: https://www.paypay.ne.jp/opa/doc/v1.0/dynamicqrcode
 */
export interface PayPayCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Who is paid; sent as X-ASSUME-MERCHANT and compared with what notifications say. */
  readonly merchantId: string;
}

const contentType = 'application/json';

/** 99,999,999,999 yen: amounts have at most 11 digits. */
const amountMax = 99_999_999_999n;

/** `orderDescription` and `reason` have at most 255 characters. */
const textUnitsMax = 255;

export function createPayPayAdapter(credentials: PayPayCredentials): GatewayAdapter {
  const signed = (
    { method, path, json }: { method: 'GET' | 'POST' | 'DELETE'; path: string; json?: object },
    { nowMs, nonce }: RequestContext,
  ): GatewayHttpRequest => {
    const body = json === undefined ? '' : JSON.stringify(json);
    const [withoutQuery = path] = path.split('?');
    const epochSeconds = Math.floor(nowMs / 1_000);
    const parts = { method, path: withoutQuery, contentType, body, nonce, epochSeconds };
    return {
      ...{ method, path, body },
      headers: {
        authorization: opaAuthorization(parts, credentials),
        'x-assume-merchant': credentials.merchantId,
        ...(body === '' ? {} : { 'content-type': contentType }),
      },
    };
  };
  return {
    name: 'PAYPAY',
    currencies: ['JPY'],
    create: {
      request: (input, context) =>
        signed({ method: 'POST', path: '/v2/codes', json: codeOf(input, context) }, context),
      read: readCreated,
    },
    query: {
      request: (input, context) => signed({ method: 'GET', path: queryPath(input) }, context),
      read: readPayment,
    },
    close: {
      // Without its id a code cannot be deleted. Cancelling the payment instead would send money
      // back that was paid, so the gateway is only asked: an unpaid code ends with its own expiry.
      request: (input, context) =>
        input.handle === null
          ? signed({ method: 'GET', path: queryPath(input) }, context)
          : signed({ method: 'DELETE', path: `/v2/codes/${escaped(input.handle)}` }, context),
      read: (response, input) =>
        input.handle === null ? closedByQuery(readPayment(response, input)) : readClosed(response),
    },
    refund: {
      request: (input, context) =>
        signed({ method: 'POST', path: '/v2/refunds', json: refundOf(input, context) }, context),
      read: readRefunding,
    },
    queryRefund: {
      request: (input, context) => signed({ method: 'GET', path: refundPath(input) }, context),
      read: readRefund,
    },
    readCallback: (callback) => readPayPayCallback(callback, credentials.merchantId),
    callbackAnswer: { status: 200, contentType: 'text/plain', body: 'OK' },
  };
}

const escaped = encodeURIComponent;
const queryPath = ({ reference }: PaymentReference): string =>
  `/v2/codes/payments/${escaped(reference)}`;

function amountOf({ amountMinor, currency }: Money) {
  invariant(currency === 'JPY', 'PayPay takes yen only');
  const fits = amountMinor > 0n && amountMinor <= amountMax;
  invariant(fits, 'an amount at PayPay is positive and has at most 11 digits');
  return { amount: Number(amountMinor), currency };
}

/** A code has no expiry that could be asked for: it is closed before our own. */
const codeOf = (input: CreateRequest, { nowMs }: RequestContext) => ({
  merchantPaymentId: input.reference,
  amount: amountOf(input),
  codeType: 'ORDER_QR',
  orderDescription: subjectFor(input.subject, { unitsMax: textUnitsMax, instead: input.reference }),
  isAuthorization: false,
  requestedAt: Math.floor(nowMs / 1_000),
  ...(input.returnUrl === null ? {} : { redirectUrl: input.returnUrl, redirectType: 'WEB_LINK' }),
});

function refundOf(input: RefundRequest, { nowMs }: RequestContext) {
  const { gatewayTransactionId: paymentId, refundReference, reason } = input;
  invariant(paymentId !== null, 'PayPay refunds a payment by the id that it gave it');
  return {
    merchantRefundId: refundReference,
    paymentId,
    amount: amountOf(input),
    requestedAt: Math.floor(nowMs / 1_000),
    ...(reason === null
      ? {}
      : { reason: subjectFor(reason, { unitsMax: textUnitsMax, instead: refundReference }) }),
  };
}

/** PayPay knows a refund by merchant, its number and the payment's id. */
const refundPath = ({ refundReference, gatewayTransactionId }: RefundReference): string =>
  `/v2/refunds/${escaped(refundReference)}` +
  (gatewayTransactionId === null ? '' : `?paymentId=${escaped(gatewayTransactionId)}`);

interface Understood {
  readonly means: CodeMeaning;
  readonly code: string;
  readonly message: string;
  readonly data: unknown;
}

function understood(
  { status, body }: GatewayHttpResponse,
  table: Parameters<typeof codes.meaningOf>[0],
): Understood | Unknown {
  const parsed = envelope.safeParse(jsonOf(body)).data;
  if (parsed === undefined) {
    return status < 300 ? unreadable('an answer without resultInfo') : unknownStatus(status);
  }
  const { code, message } = parsed.resultInfo;
  const means = codes.meaningOf(table, status, code);
  if (means === null) return unknown(code, `HTTP ${status} ${message ?? ''}`);
  return { means, code, message: message ?? code, data: parsed.data };
}

const isUnknown = (result: object): result is Unknown => 'kind' in result;

/** For calls that can be refused. */
const refusalOf = ({ means, code, message }: Understood) =>
  means === 'refused-for-now' ? refusedForNow(code, message) : refused(code, message);

/** For queries: being refused an answer says nothing about what was asked for. */
const refusedQuery = ({ code, message }: Understood): Unknown => unknown(code, message);

const otherPayment = (): Unknown => unknown('OTHER_PAYMENT', 'the answer is about another one');

const dataOf = <S extends z.ZodType>(schema: S, { data }: Understood): z.output<S> | null => {
  const parsed = schema.safeParse(data);
  return parsed.success ? parsed.data : null;
};

type Reading<E> =
  E extends Exchange<infer Input, infer Answer>
    ? (response: GatewayHttpResponse, input: Input) => Answer | Unknown
    : never;

const readCreated: Reading<GatewayAdapter['create']> = (response, input) => {
  const result = understood(response, codes.createCodes);
  if (isUnknown(result)) return result;
  if (result.means !== 'done') return refusalOf(result);
  const made = dataOf(code, result);
  if (made === null) return unreadable('not a code');
  const { amountMinor, currency } = made.amount;
  const isOurs = made.merchantPaymentId === input.reference;
  if (!isOurs || amountMinor !== input.amountMinor || currency !== input.currency) {
    return otherPayment();
  }
  return {
    ...{ kind: 'accepted', gatewayTransactionId: null, payUrl: made.url, handle: made.codeId },
  } satisfies Accepted;
};

function readPayment(response: GatewayHttpResponse, { reference }: PaymentReference): QueryAnswer {
  const result = understood(response, codes.queryCodes);
  if (isUnknown(result)) return result;
  if (result.means === 'not-found') return { kind: 'not-found' };
  if (result.means !== 'done') return refusedQuery(result);
  const found = dataOf(payment, result);
  if (found === null) return unreadable('not a payment');
  if (found.merchantPaymentId !== reference) return otherPayment();
  switch (found.status) {
    case 'CREATED':
    case 'AUTHORIZED':
    case 'REAUTHORIZING':
      return { kind: 'pending' };
    case 'COMPLETED':
    case 'REFUNDED': {
      const { paymentId = null, amount = null, acceptedAt: paidAtMs = null } = found;
      if (paymentId === null || amount === null) return unreadable('a payment without its amount');
      return {
        ...{ kind: 'paid', gatewayTransactionId: paymentId, ...amount, paidAtMs },
        refundedMinor: refundedOf(found),
      };
    }
    case 'FAILED':
      return failed('FAILED', 'PayPay gave no reason');
    case 'CANCELED':
    case 'EXPIRED':
      return { kind: 'closed' };
    default:
      return unreachable(found.status);
  }
}

const readClosed = (response: GatewayHttpResponse) => {
  const result = understood(response, codes.closeCodes);
  if (isUnknown(result)) return result;
  const { means } = result;
  switch (means) {
    case 'done':
      return { kind: 'closed' } as const;
    case 'paid':
    case 'not-found':
      return { kind: means } as const;
    case 'refused':
    case 'refused-for-now':
      return refusalOf(result);
    default:
      return unreachable(means);
  }
};

/** What a query says about whether a code whose id is unknown can still be paid. */
function closedByQuery(answer: QueryAnswer) {
  switch (answer.kind) {
    case 'closed':
    case 'failed':
      return { kind: 'closed' } as const;
    case 'not-found':
    case 'unknown':
      return answer;
    case 'paid':
      return { kind: 'paid' } as const;
    case 'pending':
      return unknown('CODE_ID_UNKNOWN', 'a code whose id is unknown ends with its own expiry');
    default:
      return unreachable(answer);
  }
}

function readRefunding(response: GatewayHttpResponse, input: RefundRequest): RefundAnswer {
  const result = understood(response, codes.refundCodes);
  if (isUnknown(result)) return result;
  if (result.means !== 'done') return refusalOf(result);
  // 202: the request is taken, and nothing is said about the refund itself.
  if (result.code === 'REQUEST_ACCEPTED') return { kind: 'accepted', gatewayRefundId: null };
  const made = dataOf(refund, result);
  if (made === null) return unreadable('not a refund');
  const { amountMinor } = made.amount;
  const isOurs = made.merchantRefundId === input.refundReference;
  if (!isOurs || amountMinor !== input.amountMinor) return otherPayment();
  switch (made.status) {
    case 'CREATED':
      return { kind: 'accepted', gatewayRefundId: made.merchantRefundId };
    case 'REFUNDED':
      return { kind: 'refunded', gatewayRefundId: made.merchantRefundId };
    case 'FAILED':
      return refused('FAILED', 'PayPay gave no reason');
    default:
      return unreachable(made.status);
  }
}

function readRefund(response: GatewayHttpResponse, input: RefundReference): RefundQueryAnswer {
  const result = understood(response, codes.queryRefundCodes);
  if (isUnknown(result)) return result;
  if (result.means === 'not-found') return { kind: 'not-found' };
  if (result.means !== 'done') return refusedQuery(result);
  const found = dataOf(refund, result);
  if (found === null) return unreadable('not a refund');
  const { merchantRefundId, paymentId } = found;
  const { gatewayTransactionId } = input;
  const isOthers = gatewayTransactionId !== null && paymentId !== gatewayTransactionId;
  if (merchantRefundId !== input.refundReference || isOthers) return otherPayment();
  switch (found.status) {
    case 'CREATED':
      return { kind: 'pending' };
    case 'REFUNDED':
      return { kind: 'refunded', gatewayRefundId: merchantRefundId, ...found.amount };
    case 'FAILED':
      return failed('FAILED', 'PayPay gave no reason');
    default:
      return unreachable(found.status);
  }
}
