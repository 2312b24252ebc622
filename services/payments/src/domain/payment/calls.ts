import type { GatewayCallKind } from '@plumbline/events';
import { murmur2 } from '@plumbline/kernel';
import type { PaymentEvent, PaymentEventOf } from './events.ts';
import * as limits from './limits.ts';
import type { AtGateway, Payment } from './state.ts';
import type { Refund } from './refunds.ts';

export type CallKind = Exclude<GatewayCallKind, 'UNKNOWN'>;

/** The calls about one thing, a payment or a refund of it: at most one is under way. */
export interface CallLine {
  readonly call: OpenCall | null;
  /** Calls since one that told something new: each waits longer than the one before. */
  readonly tries: number;
  /** When the last of them ended, or the thing began; epoch ms, broker time. */
  readonly sinceMs: number;
}

/**
 *   requested ──StartGatewayCall──► started ──ReportGatewayCall──► over
 *       │  (QUERY, CLOSE: sent without) ▲ │
 *       └──────── ReportGatewayCall ────┘ └── nobody reports in time: unknown
 *
 * A creation and a refund move money, so nobody sends one before its start is in the log: who finds
 * one started and unreported does not know, and asks. Questions may be put twice.
 */
export interface OpenCall {
  readonly callId: string;
  readonly kind: CallKind;
  readonly requestedAtMs: number;
  readonly started: { readonly worker: string; readonly giveUpAtMs: number } | null;
}

export const newLine = (sinceMs: number): CallLine => ({ call: null, tries: 0, sinceMs });

/** Only these must be started in the log before they are sent. */
export const movesMoney = (kind: GatewayCallKind): boolean =>
  kind === 'CREATE' || kind === 'REFUND';

/**
 * How long after the last word the next call is made; 1-based by what was tried in vain. Drawn from
 * what it is about, so that a replay draws the same: those who lost a gateway at one moment must not
 * all come back at one moment.
 */
export function delayMs(tries: number, about: string): number {
  const { askDelaysMs, askJitter } = limits;
  const mostMs = askDelaysMs[Math.min(tries, askDelaysMs.length) - 1] ?? 0;
  const drawn = (murmur2(Buffer.from(`${about}/${tries}`)) >>> 0) / 2 ** 32;
  return Math.round(mostMs * (1 - askJitter * drawn));
}

/** A payment that is led at its gateway. */
export type LedPayment = Payment & { readonly gateway: AtGateway };

export const isLed = (payment: Payment): payment is LedPayment => payment.gateway !== null;

/** Our number of an attempt: that of the payment, and from the second on which one it is. */
export const referenceOf = (payNo: string, attempt: number): string =>
  attempt === 1 ? payNo : `${payNo}R${attempt}`;

interface CallRequest {
  readonly payment: LedPayment;
  readonly kind: CallKind;
  readonly callId: string;
  readonly atMs: number;
  /** For REFUND and QUERY_REFUND. */
  readonly refund?: Refund;
  /** The attempt, when it is the next one. */
  readonly attempt?: number;
}

/** Everything that a worker needs: it knows nothing else of the payment. */
export function callRequested(request: CallRequest): PaymentEvent {
  const { payment, kind, callId, atMs, refund } = request;
  const { payNo, orderNo, channel, amountMinor, currency, gateway } = payment;
  const attempt = request.attempt ?? gateway.attempt;
  const isNew = attempt !== gateway.attempt;
  const data: PaymentEventOf<'GatewayCallRequested'> = {
    ...{ payNo, orderNo, callId, kind, channel, attempt, amountMinor, currency },
    reference: referenceOf(payNo, attempt),
    subject: gateway.policy.subject,
    returnUrl: gateway.policy.returnUrl,
    account: gateway.policy.account,
    expireAt: payment.expireAtMs,
    gatewayTransactionId:
      refund?.gatewayTransactionId ?? (isNew ? null : gateway.gatewayTransactionId),
    handle: isNew ? null : gateway.handle,
    refundId: refund?.refundId ?? null,
    refundReference: refund?.refundReference ?? null,
    refundAmountMinor: refund?.amountMinor ?? null,
    gatewayRefundId: refund?.gatewayRefundId ?? null,
    reason: refund?.reason ?? null,
    requestedAt: atMs,
  };
  return { type: 'GatewayCallRequested', data };
}
