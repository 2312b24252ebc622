import type { ReceivingChannel, ReceivingSettings, UnmatchedReason } from '@plumbline/events';
import type { Memory } from '@plumbline/kernel';
import { recall } from '@plumbline/kernel';

/**
 *            RegisterReceivingAccount           PauseReceivingAccount
 *     none ───────────────────────────► OPEN ◄────────────────────────► PAUSED
 *                                              ResumeReceivingAccount
 *
 * An order on an account, and money on it:
 *
 *     ActivateOrder ─► ACTIVE ──money──► PAID            ReportMoney ─┬─ fits one ──► matched
 *                        │                 ▲                          └─ else ─► unmatched
 *                        └─► CLOSED, EXPIRED                 matched ◄─ by hand ─┘ │
 *                             (late money) ┘                 set aside ◄───────────┘
 */
export type AccountState = NoAccount | ReceivingAccount;

export interface NoAccount {
  readonly status: 'none';
}

export interface ReceivingAccount {
  readonly status: 'OPEN' | 'PAUSED';
  readonly tenant: string;
  readonly pid: string;
  readonly aid: string;
  readonly name: string;
  readonly currency: string;
  readonly channels: readonly ReceivingChannel[];
  readonly settings: ReceivingSettings;
  /** As they were activated. */
  readonly active: readonly WaitingOrder[];
  /** By reference. */
  readonly ended: Memory<EndedOrder>;
  /** As it was reported. */
  readonly unmatched: readonly UnmatchedMoney[];
  /** By platform order. */
  readonly settled: Memory<SettledMoney>;
}

interface OrderFacts {
  readonly reference: string;
  readonly orderNo: string;
  readonly payNo: string;
  readonly cid: string;
  readonly type: string;
  readonly pattern: number;
  readonly amountMinor: bigint;
  /** What is to be paid so that it is told apart. */
  readonly payableMinor: bigint;
  /** Epoch ms, broker time. */
  readonly expireAtMs: number;
}

export interface WaitingOrder extends OrderFacts {
  readonly payUrl: string | null;
}

export interface EndedOrder extends OrderFacts {
  readonly status: 'PAID' | 'CLOSED' | 'EXPIRED';
  /** Epoch ms, broker time: when it was no longer waited for. */
  readonly endedAtMs: number;
  /** The money that paid it; `null` while none has. */
  readonly platformOrder: string | null;
  /** What the payment was told that it paid; `null` while none has. */
  readonly toldMinor: bigint | null;
}

/** Money as it was reported. */
export interface Money {
  readonly platformOrder: string;
  readonly payway: string;
  readonly channel: string;
  readonly amountMinor: bigint;
}

export interface UnmatchedMoney extends Money {
  readonly why: UnmatchedReason;
  /** Epoch ms, broker time. */
  readonly receivedAtMs: number;
  readonly reportedBy: string;
  /** Whether it was reported otherwise since. */
  readonly contradicted: boolean;
}

export interface SettledMoney extends Money {
  /** Of the order that it was matched to; `null` for what was set aside. */
  readonly reference: string | null;
  readonly orderNo: string | null;
  readonly payNo: string | null;
  readonly contradicted: boolean;
}

export const noAccount: AccountState = { status: 'none' };

export type KnownOrder =
  | { readonly status: 'ACTIVE'; readonly order: WaitingOrder }
  | { readonly status: EndedOrder['status']; readonly order: EndedOrder };

export function orderOf(account: ReceivingAccount, reference: string): KnownOrder | null {
  const waiting = account.active.find((each) => each.reference === reference);
  if (waiting !== undefined) return { status: 'ACTIVE', order: waiting };
  const ended = recall(account.ended, reference);
  return ended === null ? null : { status: ended.status, order: ended };
}

export type KnownMoney =
  | { readonly kind: 'unmatched'; readonly money: UnmatchedMoney }
  | { readonly kind: 'settled'; readonly money: SettledMoney };

export function moneyOf(account: ReceivingAccount, platformOrder: string): KnownMoney | null {
  const unmatched = account.unmatched.find((each) => each.platformOrder === platformOrder);
  if (unmatched !== undefined) return { kind: 'unmatched', money: unmatched };
  const settled = recall(account.settled, platformOrder);
  return settled === null ? null : { kind: 'settled', money: settled };
}
