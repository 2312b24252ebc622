import type { CallbackStatus, GatewayPolicy, PaymentStatus } from '@plumbline/events';
import type { PaymentEventOf } from './events.ts';
import type { CallLine } from './calls.ts';
import type { Refund } from './refunds.ts';

/**
 *              CreatePayment            the gateway has it
 *     none ──────────────────► created ───────────────────► processing
 *                               │  │  ▲                       ▲   │
 *                               │  │  └─ never sent: again    │   │
 *                               │  │ nobody knows             │   │
 *                               │  └──────────► unknown ──────┘   │   a query says what is true
 *                               │                  │              │
 *       paid, by report ────────┼──────────────────┼──────────────┼──► succeeded ──► refunds
 *       refused or failed ──────┼──────────────────┼──────────────┼──► failed
 *       closed at the gateway ──┼──────────────────┴──────────────┴──► closed
 *       time is over, and no byte of it ever reached a gateway ──────► closed   (from created only)
 *
 * What has reached a gateway ends by what the gateway says and by nothing else: a payment whose time
 * is over is asked about, closed there, and only then closed here. An end is never left; a report
 * against it is an event that marks it as contradicted.
 */
export type PaymentState = NoPayment | Payment;

/** No payment under this key, though callbacks for one may have come. */
export interface NoPayment {
  readonly status: 'none';
  readonly callbacks: readonly SeenCallback[];
}

export type Payment = OpenPayment | EndedPayment;
export type OpenPayment = CreatedPayment | ProcessingPayment | UnknownPayment;
export type EndedPayment = SucceededPayment | FailedPayment | ClosedPayment;

export interface SeenCallback {
  readonly callbackId: string;
  readonly callbackStatus: CallbackStatus;
}

/** What was told once and need not be told again: requests and transactions that conflict. */
type Conflicts = { readonly conflicts: readonly string[] };

export interface PaymentFacts
  extends Conflicts, Omit<PaymentEventOf<'PaymentCreated'>, 'expireAt' | 'createdAt' | 'gateway'> {
  /** Broker time, epoch ms. */
  readonly expireAtMs: number;
  readonly createdAtMs: number;
  /** Verified callbacks taken in, the newest last. */
  readonly callbacks: readonly SeenCallback[];
  /** `null`: nobody asks a gateway, people serve the channel by hand. */
  readonly gateway: AtGateway | null;
  /**
   * Transactions beside the one that paid it, as the gateway itself said when it was asked, each for
   * the whole amount; the oldest first. Nothing moves by them but what is given back of them.
   */
  readonly otherTransactions: readonly string[];
  /** By id, in the order in which they were asked for. Only of money that was paid. */
  readonly refunds: Readonly<Record<string, Refund>>;
}

/** Everything between us and the gateway. */
export interface AtGateway {
  readonly policy: GatewayPolicy;
  /** From 1. One at a time: the next begins when the gateway has refused the one before. */
  readonly attempt: number;
  /** A creation may have reached the gateway. */
  readonly sent: boolean;
  readonly gatewayTransactionId: string | null;
  readonly handle: string | null;
  readonly payUrl: string | null;
  /** What differed when it was last spoken of another payment, and who said so; told once. */
  readonly mismatch: string | null;
  readonly line: CallLine;
  /** Broker time from which on the gateway is asked, because there is news; `null` while there is none. */
  readonly askAtMs: number | null;
}

interface OpenFacts extends PaymentFacts {
  /** Why it is to end unpaid; `null` while it may be paid. */
  readonly closing: string | null;
}

export interface CreatedPayment extends OpenFacts {
  readonly status: 'created';
}

export interface ProcessingPayment extends OpenFacts {
  readonly status: 'processing';
  readonly acceptedAtMs: number;
}

export interface UnknownPayment extends OpenFacts {
  readonly status: 'unknown';
  readonly sinceMs: number;
}

interface EndedFacts extends PaymentFacts {
  /** A valid report said the opposite, and none since has agreed. */
  readonly contradicted: boolean;
  /** Money that the gateway took and has to give back what is refunded of; 0 if it took none. */
  readonly capturedMinor: bigint;
}

export interface SucceededPayment extends EndedFacts {
  readonly status: 'succeeded';
  readonly channelTradeNo: string;
  readonly paidAtMs: number;
}

export interface FailedPayment extends EndedFacts {
  readonly status: 'failed';
  readonly channelTradeNo: string | null;
  readonly failedAtMs: number;
  readonly reason: string;
}

export interface ClosedPayment extends EndedFacts {
  readonly status: 'closed';
  readonly closedAtMs: number;
  readonly reason: string;
}

export const initialPayment: PaymentState = { status: 'none', callbacks: [] };

export const hasEnded = (payment: Payment): payment is EndedPayment =>
  payment.status === 'succeeded' || payment.status === 'failed' || payment.status === 'closed';

const contractStatuses = {
  created: 'INIT',
  processing: 'PAYING',
  unknown: 'PAYING',
  succeeded: 'SUCCESS',
  failed: 'FAILED',
  closed: 'CLOSED',
} as const satisfies Record<Payment['status'], PaymentStatus>;

export type ContractStatus = (typeof contractStatuses)[Payment['status']];

/** What contract 1 calls a status. It knows no unknown: such a payment is being paid, for all it says. */
export const contractStatus = (status: Payment['status']): ContractStatus =>
  contractStatuses[status];
