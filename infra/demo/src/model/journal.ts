import type { OrderStatus, ReportedStatus } from '../plan/stories.ts';

/** What the driver did to one order and was answered, in order. Nothing else is known of it here. */
export interface Journal {
  readonly orderNo: string;
  readonly story: string;
  readonly expires: boolean;
  readonly facts: readonly Fact[];
  /** Why the story could not be told to its end; `null` if it was. */
  readonly problem: string | null;
}

export type Fact =
  | { readonly fact: 'placed' }
  | { readonly fact: 'payment-opened'; readonly payNo: string }
  | { readonly fact: 'order-seen'; readonly status: OrderStatus }
  | { readonly fact: 'cancelled' }
  | Reported;

export interface Reported {
  readonly fact: 'reported';
  readonly status: ReportedStatus;
  readonly letter: string;
  readonly forged: boolean;
  /** `REFUSED`: the answer was 401. */
  readonly answer: 'PROCESSED' | 'IGNORED' | 'FAILED' | 'REFUSED';
  /** An earlier attempt of the same call was not answered, and may have been taken. */
  readonly repeated: boolean;
  /** Of the driver's own monotonic clock, from the first attempt on. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

/** When the orders process was surely not there, and what Rule A's grace was meanwhile. */
export interface Outage {
  readonly downFromMs: number;
  readonly upFromMs: number;
  readonly graceMs: number;
  readonly marginMs: number;
}
