import type { CheckoutLine, FundsStep, StockStep } from '@plumbline/events';

/**
 *                     a refusal             ┌──────────► FAILING ──────────┐ order ended unpaid,
 *                ┌──────────┬───────────────┤                              ▼ whenever that is
 *   none ──► RESERVING ─► HOLDING ─┬─► PAYING ─► WAITING ──────────► COMPENSATING ─► COMPENSATED
 *                                  └─► SETTLING ─┴──► order PAID, whenever that is
 *                                                               ▼
 *                                                           FINISHING ─► COMPLETED
 *
 * The phase is not kept: it follows from what is known ({@link phaseOf}), so that it cannot contradict
 * it. The order alone decides how it ends. Nothing is given back before its end is known, and once it
 * is, there is only one way: a paid order gets its goods, an unpaid one leaves nothing behind.
 */
export type SagaState = { readonly status: 'none' } | Saga | EndedSaga;

export interface Saga {
  readonly status: 'open';
  readonly orderNo: string;
  readonly tenant: string;
  readonly buyer: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  /** What of it the buyer's account pays. */
  readonly balanceMinor: bigint;
  /** By which the rest is paid; `null` when nothing is left. */
  readonly channel: string | null;
  readonly lines: readonly SagaLine[];
  readonly holdId: string;
  readonly reserveUntilMs: number;
  readonly funds: Funds;
  readonly payment: 'none' | 'open' | 'refused';
  readonly orderEnd: 'paid' | 'unpaid' | null;
  /** What was asked of payments or of the order, and not answered yet. */
  readonly asked: 'PAY' | 'SETTLE' | 'FAIL' | null;
  /** The newest request that is not answered, of all of them. */
  readonly waiting: Waiting | null;
  /** The first refusal, as a code of who refused. */
  readonly refusedBecause: string | null;
  /** Ids of the newest pushes, so that a repeat is recognised. */
  readonly pushIds: readonly string[];
}

/**
 * One line of the order, its reservation, and what was asked and not answered yet. Where that was
 * asked more than once (`isRepeated`), a refusal may answer the first request, and the next be met.
 */
export interface SagaLine extends CheckoutLine {
  readonly stock: 'free' | 'reserved' | 'refused' | 'confirmed' | 'released';
  readonly asked: Exclude<StockStep, 'UNKNOWN'> | null;
  readonly isRepeated?: true;
}

export interface Funds {
  readonly state: 'free' | 'held' | 'refused' | 'captured' | 'released';
  readonly asked: Exclude<FundsStep, 'UNKNOWN'> | null;
  /** As of a line. */
  readonly isRepeated?: true;
}

export interface Waiting {
  /** From 1; begins anew with each new step. */
  readonly attempt: number;
  /** Broker time, epoch ms. */
  readonly repeatAtMs: number;
}

export interface EndedSaga {
  readonly status: 'COMPLETED' | 'COMPENSATED';
  readonly orderNo: string;
}

export type Phase =
  | ('RESERVING' | 'HOLDING' | 'PAYING' | 'SETTLING' | 'WAITING' | 'FAILING')
  | ('FINISHING' | 'COMPENSATING');

export const initialSaga: SagaState = { status: 'none' };

/** What is left to pay by a channel, minor units. */
export const payableMinorOf = ({ amountMinor, balanceMinor }: Saga): bigint =>
  amountMinor - balanceMinor;

export function phaseOf(saga: Saga): Phase {
  const { lines, funds, payment, orderEnd, balanceMinor } = saga;
  if (orderEnd === 'paid') return 'FINISHING';
  if (orderEnd === 'unpaid') return 'COMPENSATING';
  const isRefused =
    lines.some(({ stock }) => stock === 'refused') ||
    funds.state === 'refused' ||
    payment === 'refused';
  if (isRefused) return 'FAILING';
  if (lines.some(({ stock }) => stock === 'free')) return 'RESERVING';
  if (balanceMinor > 0n && funds.state === 'free') return 'HOLDING';
  if (payableMinorOf(saga) === 0n) return 'SETTLING';
  return payment === 'open' ? 'WAITING' : 'PAYING';
}
