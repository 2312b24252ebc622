import { randomBytes } from 'node:crypto';
import { intNumber } from '@plumbline/http';
import { unreachable } from '@plumbline/kernel';
import { z } from 'zod';
import type { Call, Outcome, Refusal } from '../../books/decide.ts';
import type { Payment } from '../../books/payment.ts';
import * as limits from '../../limits.ts';
import type { AnswerOptions, ApiAnswer, ApiRequest, Dialect, Lie, Reading } from '../dialect.ts';
import { currencyCode, minorText, readBody, referenceText, webUrl } from '../fields.ts';
import { sameText, tampered } from '../timing-safe.ts';
import { answerSignature, callbackSignature, requestSignature } from './signature.ts';

/** The MOCK gateway: Plumbline's own, described in docs/gateway-simulator.md. */
export function mockDialect(options: {
  readonly secret: string;
  /** Where payers go. */
  readonly payUrl: (payment: Payment) => string;
}): Dialect {
  const { secret } = options;
  return {
    gateway: 'mock',
    basePath: '/mock/v1',
    read: (request) => read(request, options),
    notifyUrl: (payment) => payment.notifyUrl,
    answerGarbles: ['body', 'signature', 'amount'],
    callbackGarbles: ['body', 'signature'],
    callbackDelaysMs: [0, 1_000, 5_000, 15_000, 60_000, 300_000],
    callbackTimeoutMs: 5_000,
    acknowledged: (status) => status >= 200 && status <= 299,
    callback: ({ about, payment, nowMs }, lie) => {
      if (about !== 'paid' && about !== 'failed') return null;
      const signed = {
        payNo: payment.reference,
        callbackStatus: about === 'paid' ? 'SUCCESS' : 'FAILED',
        timestamp: String(nowMs),
        nonce: randomBytes(16).toString('hex'),
      };
      const right = callbackSignature(secret, signed);
      const signature = lie === 'signature' ? tampered(right) : right;
      const channelTradeNo = payment.transactionId;
      const body = JSON.stringify({ ...signed, channelTradeNo, signature });
      return { headers: { 'content-type': 'application/json' }, body };
    },
  };
}

const create = z.looseObject({
  reference: referenceText(32),
  amountMinor: minorText(),
  currency: currencyCode(),
  subject: z.string().min(1).max(256),
  expireAt: intNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  notifyUrl: webUrl(),
  returnUrl: webUrl().nullable(),
});

const refund = z.looseObject({
  refundReference: referenceText(32),
  amountMinor: minorText(),
  currency: currencyCode(),
  reason: z.string().max(256).nullable(),
});

const statusOf: Readonly<Record<Refusal, number>> = {
  NOT_FOUND: 404,
  REFERENCE_REUSED: 409,
  ALREADY_PAID: 409,
  NOT_PAID: 409,
  EXCEEDS_PAID: 409,
  CURRENCY_DIFFERS: 400,
  BOOKS_FULL: 429,
};

interface Context {
  readonly secret: string;
  readonly payUrl: (payment: Payment) => string;
}

function read(request: ApiRequest, context: Context): Reading {
  const header = (name: string): string => request.headers[name] ?? '';
  const given = header('x-mock-nonce');
  const nonce = /^[0-9A-Za-z]{1,64}$/.test(given) ? given : '';
  const say = (status: number, body: unknown, lie: Lie = null): ApiAnswer => {
    const text = JSON.stringify(body);
    const right = answerSignature(context.secret, { status, nonce, body: text });
    const signature = lie === 'signature' ? tampered(right) : right;
    const headers = { 'content-type': 'application/json', 'x-mock-signature': signature };
    return { status, headers, body: text };
  };
  const refuse = (status: number, code: string, message?: string): Reading => ({
    kind: 'refused',
    code,
    answer: say(status, message === undefined ? { code } : { code, message }),
  });
  if (nonce === '' || !isSigned(request, context.secret)) return refuse(401, 'SIGNATURE_INVALID');
  const found = callOf(request);
  if (found === null) return refuse(404, 'NOT_FOUND');
  if (typeof found === 'string') return refuse(400, 'BAD_REQUEST', found);
  return {
    kind: 'call',
    call: found,
    answer: (outcome, { lie }) => answer(found, outcome, lie, context, say),
    rateLimited: ({ lie }: AnswerOptions) => say(429, { code: 'RATE_LIMITED' }, lie),
    broken: ({ lie }: AnswerOptions) => say(500, { code: 'INTERNAL_ERROR' }, lie),
  };
}

function isSigned({ method, target, headers, body, nowMs }: ApiRequest, secret: string): boolean {
  const timestamp = headers['x-mock-timestamp'] ?? '';
  const nonce = headers['x-mock-nonce'] ?? '';
  if (!/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp)) > limits.clockSkewMs) return false;
  const signed = { method, target, timestamp, nonce, body: body.toString('utf8') };
  return sameText(headers['x-mock-signature'] ?? '', requestSignature(secret, signed));
}

/** The call; `null` for a path that is none, a text for fields that are wrong. */
function callOf({ method, target, body, nowMs }: ApiRequest): Call | string | null {
  const [path = ''] = target.split('?');
  const parts = path.split('/').slice(3);
  const [root, reference, what, refundReference, ...more] = parts;
  if (root !== 'payments' || more.length > 0) return null;
  const key = `${method} ${reference === undefined ? '' : ':reference'}`;
  if (key === 'POST ') {
    const fields = readBody(body, create);
    if (!fields.ok) return fields.message;
    const {
      expireAt: expireAtMs,
      amountMinor,
      currency,
      subject,
      notifyUrl,
      returnUrl,
    } = fields.value;
    const money = { amountMinor, currency };
    const urls = { notifyUrl, returnUrl };
    return {
      on: 'create',
      reference: fields.value.reference,
      ...money,
      subject,
      expireAtMs,
      ...urls,
    };
  }
  if (reference === undefined || reference === '') return null;
  if (method === 'GET' && what === undefined) return { on: 'query', reference };
  if (method === 'POST' && what === 'close' && refundReference === undefined)
    return { on: 'close', reference };
  if (what !== 'refunds') return null;
  if (method === 'GET' && refundReference !== undefined && refundReference !== '')
    return { on: 'query-refund', reference, refundReference };
  if (method !== 'POST' || refundReference !== undefined) return null;
  const fields = readBody(body, refund);
  if (!fields.ok) return fields.message;
  const { amountMinor, currency, reason } = fields.value;
  const plan = { settleAtMs: nowMs, settleAs: 'SUCCESS' } as const;
  const own = { refundReference: fields.value.refundReference, amountMinor, currency, reason };
  return { on: 'refund', reference, ...own, ...plan };
}

function answer(
  call: Call,
  outcome: Outcome,
  lie: Lie,
  context: Context,
  say: (status: number, body: unknown, lie: Lie) => ApiAnswer,
): ApiAnswer {
  const shownMinor = (amountMinor: bigint): string =>
    (lie === 'amount' ? amountMinor + 1n : amountMinor).toString();
  switch (outcome.kind) {
    case 'refused':
      return say(statusOf[outcome.code], { code: refusalCode(outcome.code) }, lie);
    case 'refund': {
      const { refundReference, refundId, status, amountMinor, currency } = outcome.refund;
      const short = { refundReference, refundId, status };
      if (call.on === 'refund') return say(200, short, lie);
      return say(200, { ...short, amountMinor: shownMinor(amountMinor), currency }, lie);
    }
    case 'payment': {
      const { payment } = outcome;
      const { reference, transactionId, status, currency } = payment;
      if (call.on === 'close') return say(200, { status: 'CLOSED' }, lie);
      if (call.on === 'create') {
        const payUrl = context.payUrl(payment);
        return say(200, { reference, transactionId, status: 'PENDING', payUrl }, lie);
      }
      const paid = payment.status === 'SUCCESS' ? payment : null;
      const reason =
        payment.status === 'FAILED' || payment.status === 'CLOSED' ? payment.reason : null;
      const amounts = {
        amountMinor: shownMinor(payment.amountMinor),
        currency,
        paidAt: paid?.paidAtMs ?? null,
        refundedMinor: (paid?.refundedMinor ?? 0n).toString(),
      };
      return say(200, { reference, transactionId, status, ...amounts, reason }, lie);
    }
    default:
      return unreachable(outcome);
  }
}

const refusalCode = (code: Refusal): string => {
  if (code === 'CURRENCY_DIFFERS') return 'BAD_REQUEST';
  return code === 'BOOKS_FULL' ? 'RATE_LIMITED' : code;
};
