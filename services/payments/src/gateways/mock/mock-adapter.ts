import { invariant } from '@plumbline/kernel';
import { z } from 'zod';
import { epochMs, gatewayId, jsonOf, minorText, webUrl } from '../answer-fields.ts';
import { failed, refused, refusedForNow, unknown, unknownStatus, unreadable } from '../answers.ts';
import * as limits from '../limits.ts';
import type {
  Exchange,
  GatewayAdapter,
  GatewayHttpRequest,
  Money,
  Refused,
  Unknown,
} from '../port.ts';
import { subjectFor } from '../subject.ts';
import { readMockCallback } from './mock-callback.ts';
import { isAnswerSigned, requestSignature } from './mock-signature.ts';

/**
 * The mock gateway: its HTTP dialect is ours (docs/gateways.md), its callback contract 1's. It signs
 * both ways, so that an answer without the right signature is believed in nothing.
 */
export interface MockCredentials {
  /** Of the API and of the callbacks. */
  readonly secret: string;
  /** How far a callback's time may be from its arrival; `null`: any, as contract 1 has it. */
  readonly callbackMaxAgeMs: number | null;
}

/** What a payer reads of it has no limit of its own. */
const subjectUnitsMax = 256;

const errorBody = z.object({ code: z.string(), message: z.string().optional() });

const created = z.object({
  reference: z.string(),
  transactionId: gatewayId(),
  status: z.literal('PENDING'),
  payUrl: webUrl(),
});

const money = { amountMinor: minorText(), currency: z.string().regex(/^[A-Z]{3}$/) };

const payment = z.object({
  reference: z.string(),
  transactionId: gatewayId(),
  status: z.enum(['PENDING', 'SUCCESS', 'FAILED', 'CLOSED']),
  ...money,
  paidAt: epochMs().nullable(),
  refundedMinor: minorText(),
  reason: z.string().nullable(),
});

const closed = z.object({ status: z.literal('CLOSED') });

const refunding = z.object({
  refundReference: z.string(),
  refundId: gatewayId(),
  status: z.enum(['SUCCESS', 'PENDING']),
});

const refund = z.object({
  refundReference: z.string(),
  refundId: gatewayId(),
  status: z.enum(['SUCCESS', 'PENDING', 'FAILED']),
  ...money,
});

export function createMockAdapter({ secret, callbackMaxAgeMs }: MockCredentials): GatewayAdapter {
  /** What is signed and JSON goes to `read`; all else is unknown. */
  const signed = <Input, Answer>(
    make: (input: Input) => { method: 'GET' | 'POST'; path: string; json?: object },
    read: (status: number, json: unknown, input: Input) => Answer | Unknown,
  ): Exchange<Input, Answer> => ({
    request(input, context): GatewayHttpRequest {
      const { method, path, json } = make(input);
      const body = json === undefined ? '' : JSON.stringify(json);
      return {
        ...{ method, path, body },
        headers: {
          ...(body === '' ? {} : { 'content-type': 'application/json' }),
          'x-mock-timestamp': String(context.nowMs),
          'x-mock-nonce': context.nonce,
          'x-mock-signature': requestSignature({ method, path, body }, context, secret),
        },
      };
    },
    read(response, input, context) {
      if (!isAnswerSigned(response, context, secret)) {
        return unknown('SIGNATURE_INVALID', `an answer of status ${response.status} is not signed`);
      }
      const json = jsonOf(response.body);
      return json === undefined
        ? unreadable('an answer that is not JSON')
        : read(response.status, json, input);
    },
  });

  return {
    name: 'MOCK',
    currencies: ['CNY', 'EUR', 'JPY', 'USD'],
    create: signed(createRequest, readCreated),
    query: signed(({ reference }) => ({ method: 'GET', path: pathOf(reference) }), readPayment),
    close: signed(
      ({ reference }) => ({ method: 'POST', path: `${pathOf(reference)}/close`, json: {} }),
      readClosed,
    ),
    refund: signed(
      ({ reference, refundReference, reason, ...asked }) => ({
        method: 'POST',
        path: `${pathOf(reference)}/refunds`,
        json: { refundReference, ...amountOf(asked), reason },
      }),
      readRefunding,
    ),
    queryRefund: signed(
      ({ reference, refundReference }) => ({
        method: 'GET',
        path: `${pathOf(reference)}/refunds/${encodeURIComponent(refundReference)}`,
      }),
      readRefund,
    ),
    readCallback: (callback) => readMockCallback(callback, { secret, callbackMaxAgeMs }),
    callbackAnswer: { status: 200, contentType: 'text/plain', body: 'OK' },
  };
}

const pathOf = (reference: string): string => `/mock/v1/payments/${encodeURIComponent(reference)}`;

function amountOf({ amountMinor, currency }: Money) {
  const fits = amountMinor > 0n && amountMinor <= limits.amountMinorMax;
  invariant(fits, 'an amount is positive and has at most 12 digits');
  return { amountMinor: String(amountMinor), currency };
}

type Create = GatewayAdapter['create'];
type Read<E> =
  E extends Exchange<infer Input, infer Answer>
    ? (status: number, json: unknown, input: Input) => Answer | Unknown
    : never;
type CreateInput = Parameters<Create['request']>[0];

const createRequest = ({
  reference,
  subject,
  expireAtMs,
  notifyUrl,
  returnUrl,
  ...asked
}: CreateInput) => ({
  method: 'POST' as const,
  path: '/mock/v1/payments',
  json: {
    reference,
    ...amountOf(asked),
    subject: subjectFor(subject, { unitsMax: subjectUnitsMax, instead: reference }),
    expireAt: expireAtMs,
    ...{ notifyUrl, returnUrl },
  },
});

const otherPayment = (): Unknown => unknown('OTHER_PAYMENT', 'the answer is about another one');

/** Codes that say no to any call; about us or the moment where they are marked so. */
const refusals: Readonly<Record<string, 'payment' | 'moment'>> = {
  '400 BAD_REQUEST': 'payment',
  '401 SIGNATURE_INVALID': 'moment',
  '429 RATE_LIMITED': 'moment',
};

function refusal(status: number, json: unknown, more: readonly string[] = []): Refused | Unknown {
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return unknownStatus(status);
  const { code, message = code } = parsed.data;
  const key = `${status} ${code}`;
  const about = more.includes(key) ? 'payment' : Object.hasOwn(refusals, key) && refusals[key];
  if (about === 'payment') return refused(code, message);
  return about === 'moment' ? refusedForNow(code, message) : unknownStatus(status);
}

const saysCode = (status: number, json: unknown, expected: string): boolean =>
  `${status} ${errorBody.safeParse(json).data?.code ?? ''}` === expected;

const readCreated: Read<Create> = (status, json, { reference }) => {
  if (status !== 200) return refusal(status, json, ['409 REFERENCE_REUSED']);
  const { data } = created.safeParse(json);
  if (data === undefined) return unreadable('not a created payment');
  if (data.reference !== reference) return otherPayment();
  const { transactionId: gatewayTransactionId, payUrl } = data;
  return { kind: 'accepted', gatewayTransactionId, payUrl, handle: null };
};

const readPayment: Read<GatewayAdapter['query']> = (status, json, { reference }) => {
  if (saysCode(status, json, '404 NOT_FOUND')) return { kind: 'not-found' };
  if (status !== 200) return unknownStatus(status);
  const { data } = payment.safeParse(json);
  if (data === undefined) return unreadable('not a payment');
  if (data.reference !== reference) return otherPayment();
  const { transactionId: gatewayTransactionId, amountMinor, currency, refundedMinor } = data;
  switch (data.status) {
    case 'PENDING':
      return { kind: 'pending' };
    case 'SUCCESS': {
      const paidAtMs = data.paidAt;
      return {
        ...{ kind: 'paid', gatewayTransactionId, amountMinor, currency, paidAtMs, refundedMinor },
      };
    }
    case 'FAILED':
      return failed('FAILED', data.reason ?? 'the mock gateway gave no reason');
    case 'CLOSED':
      return { kind: 'closed' };
  }
};

const readClosed: Read<GatewayAdapter['close']> = (status, json) => {
  if (saysCode(status, json, '404 NOT_FOUND')) return { kind: 'not-found' };
  if (saysCode(status, json, '409 ALREADY_PAID')) return { kind: 'paid' };
  if (status !== 200) return refusal(status, json);
  return closed.safeParse(json).success ? { kind: 'closed' } : unreadable('not a closed payment');
};

const readRefunding: Read<GatewayAdapter['refund']> = (status, json, { refundReference }) => {
  if (status !== 200) {
    const about = ['409 NOT_PAID', '409 EXCEEDS_PAID', '409 REFERENCE_REUSED', '404 NOT_FOUND'];
    return refusal(status, json, about);
  }
  const { data } = refunding.safeParse(json);
  if (data === undefined) return unreadable('not a refund');
  if (data.refundReference !== refundReference) return otherPayment();
  const { refundId: gatewayRefundId } = data;
  return { kind: data.status === 'SUCCESS' ? 'refunded' : 'accepted', gatewayRefundId };
};

const readRefund: Read<GatewayAdapter['queryRefund']> = (status, json, { refundReference }) => {
  if (saysCode(status, json, '404 NOT_FOUND')) return { kind: 'not-found' };
  if (status !== 200) return unknownStatus(status);
  const { data } = refund.safeParse(json);
  if (data === undefined) return unreadable('not a refund');
  if (data.refundReference !== refundReference) return otherPayment();
  const { refundId: gatewayRefundId, amountMinor, currency } = data;
  switch (data.status) {
    case 'SUCCESS':
      return { kind: 'refunded', gatewayRefundId, amountMinor, currency };
    case 'PENDING':
      return { kind: 'pending' };
    case 'FAILED':
      return failed('FAILED', 'the mock gateway gave no reason');
  }
};
