import type { CallbackStatus } from '@plumbline/events';
import type { PaymentEventOf } from './events.ts';

/**
 *           CreatePayment          channel accepts
 *     none ───────────────► INIT ───────────────────► PAYING
 *                            │ │                         │
 *           SUCCESS report ──┼─│─────────────────────────┼──► SUCCESS
 *           FAILED report  ──┴─│─────────────────────────┴──► FAILED
 *           ClosePayment, time is over ──────────────────────► CLOSED   (from INIT only)
 *
 * Only INIT and PAYING move. A payment that is PAYING has reached a gateway, so nothing but what the
 * gateway says ends it. A report against an end changes no status: it marks it as contradicted.
 */
export type PaymentState = NoPayment | Payment;

/** No payment under this key, though callbacks for one may have come. */
export interface NoPayment {
  readonly status: 'none';
  readonly callbacks: readonly SeenCallback[];
}

export type Payment = InitPayment | PayingPayment | EndedPayment;
export type EndedPayment = SucceededPayment | FailedPayment | ClosedPayment;

export interface SeenCallback {
  readonly callbackId: string;
  readonly callbackStatus: CallbackStatus;
}

interface PaymentFacts extends Omit<PaymentEventOf<'PaymentCreated'>, 'expireAt' | 'createdAt'> {
  /** Broker time, epoch ms. */
  readonly expireAtMs: number;
  readonly createdAtMs: number;
  /** Verified callbacks taken in, the newest last. */
  readonly callbacks: readonly SeenCallback[];
}

export interface InitPayment extends PaymentFacts {
  readonly status: 'INIT';
}

export interface PayingPayment extends PaymentFacts {
  readonly status: 'PAYING';
  readonly acceptedAtMs: number;
}

interface EndedFacts extends PaymentFacts {
  /** A valid report said the opposite, and none since has agreed. */
  readonly contradicted: boolean;
}

export interface SucceededPayment extends EndedFacts {
  readonly status: 'SUCCESS';
  readonly channelTradeNo: string;
  readonly paidAtMs: number;
}

export interface FailedPayment extends EndedFacts {
  readonly status: 'FAILED';
  readonly channelTradeNo: string | null;
  readonly failedAtMs: number;
  readonly reason: string;
}

export interface ClosedPayment extends EndedFacts {
  readonly status: 'CLOSED';
  readonly closedAtMs: number;
  readonly reason: string;
}

export const initialPayment: PaymentState = { status: 'none', callbacks: [] };

export const hasEnded = (payment: Payment): payment is EndedPayment =>
  payment.status !== 'INIT' && payment.status !== 'PAYING';
