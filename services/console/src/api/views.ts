import type { Digits } from './exact-json.ts';

/** What the API of this origin answers; every number by its digits, amounts in major units. */

export type Role = 'operator' | 'approver';

export interface SessionView {
  readonly user: { readonly id: string; readonly name: string | null; readonly roles: Role[] };
  readonly csrfToken: string | null;
  readonly expiresAt: string;
}

export interface Item {
  readonly sku: string;
  readonly name: string;
  readonly unitAmount: Digits;
  readonly currency: string;
  readonly available: Digits;
}

export interface Balance {
  readonly currency: string;
  readonly balance: Digits;
  readonly held: Digits;
  readonly available: Digits;
}

export interface Payment {
  readonly payNo: string | null;
  readonly status: string | null;
  readonly amount: Digits | null;
  readonly currency: string | null;
  readonly channel: string | null;
  readonly channelTradeNo: string | null;
  readonly paidAt: string | null;
  readonly expireAt: string | null;
  readonly contradictedBy: string | null;
  /** Only of one purchase, while it can be paid. */
  readonly payUrl?: string | null;
}

/** Of orders that are still to be paid: they have a deadline, and can be cancelled. */
export const unpaidStatuses: ReadonlySet<string | null> = new Set([
  ...['PENDING', 'STOCK_RESERVED', 'WAITING_PAYMENT'],
]);

export interface Order {
  readonly orderNo: string;
  readonly status: string | null;
  readonly amount: Digits | null;
  readonly currency: string | null;
  readonly createdAt: string | null;
  readonly paymentDeadline: string | null;
  readonly paidAt: string | null;
  readonly reason: string | null;
  readonly payment: Payment | null;
  readonly openAlerts: Digits;
}

export interface Line {
  readonly sku: string;
  readonly quantity: Digits;
  readonly unitAmount: Digits;
}

export interface Purchase extends Order {
  readonly items: readonly Line[];
  /** How far its checkout has come; `null`: none leads it. */
  readonly checkout: Checkout | null;
}

export const checkoutStatuses = [
  ...(['PREPARING', 'OPENING_PAYMENT', 'WAITING_FOR_PAYMENT', 'SETTLING', 'FAILING'] as const),
  ...(['FINISHING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED'] as const),
];
export type CheckoutStatus = (typeof checkoutStatuses)[number];

export interface Checkout {
  /** One of {@link checkoutStatuses}, or what a newer server has. */
  readonly status: string;
  /** Of what it waits for; `null` when it asks for nothing. */
  readonly attempt: Digits | null;
  readonly repeatAt: string | null;
  /** The first refusal, as a code of who refused. */
  readonly refusedBecause: string | null;
  readonly updatedAt: string | null;
}

export interface Place {
  readonly topic: string;
  readonly partition: Digits;
  readonly offset: string;
}

export interface Entry extends Place {
  readonly appendedAt: string;
  readonly time: string;
  readonly eventId: string;
  readonly type: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly data?: unknown;
}

export interface Evidence extends Place {
  readonly eventId: string;
  readonly type: string;
  readonly time: string;
}

export interface Alert {
  readonly alertId: string;
  readonly rule: string;
  readonly ruleVersion: Digits | null;
  readonly status: string;
  readonly severity: string | null;
  readonly tenant: string;
  readonly orderNo: string;
  readonly payNo: string | null;
  readonly summary: string | null;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly deadline: string | null;
  readonly detectedAt: string | null;
  readonly amount: Digits | null;
  readonly currency: string | null;
  readonly howSeen: string | null;
  readonly evidence: readonly Evidence[];
  readonly raisedAt: Place | null;
  readonly resolution: {
    readonly resolution: string;
    readonly reason: string | null;
    readonly supersededBy: string | null;
    readonly resolvedAt: string | null;
    readonly evidence: readonly Evidence[];
    readonly loss: Digits | null;
    readonly lossCurrency: string | null;
    readonly suppressedUntil: string | null;
  } | null;
}

export interface AlertWithHistory extends Alert {
  /** What became of it, oldest first: raised, acknowledged, investigated, ended, reopened. */
  readonly history: readonly AlertStep[];
}

/** A step in the life of an alert or a remedy. */
export interface LifeStep extends Place {
  readonly actor: string;
  readonly reason: string | null;
  readonly at: string;
}

export interface AlertStep extends LifeStep {
  /** As the alert has been from then on. */
  readonly status: string;
  readonly loss: Digits | null;
  readonly lossCurrency: string | null;
  readonly suppressedUntil: string | null;
}

/** In the order in which an alert goes through them. */
export const alertStatuses = [
  ...(['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING', 'RESOLVED', 'AUTO_RESOLVED'] as const),
  ...(['WRITTEN_OFF', 'SUPPRESSED', 'SUPERSEDED'] as const),
];

/** What an operator does to an alert, as the API calls it. */
export type AlertAction =
  'acknowledge' | 'investigate' | 'resolve' | 'write-off' | 'suppress' | 'reopen';

/** What can be done to an alert as it stands. */
const done: Readonly<Record<string, readonly AlertAction[]>> = {
  OPEN: ['acknowledge', 'investigate', 'resolve', 'write-off', 'suppress'],
  ACKNOWLEDGED: ['investigate', 'resolve', 'write-off', 'suppress'],
  INVESTIGATING: ['resolve', 'write-off', 'suppress'],
  RESOLVED: ['reopen'],
  AUTO_RESOLVED: ['reopen'],
  WRITTEN_OFF: ['reopen'],
  SUPPRESSED: ['reopen'],
};

/** Nothing is lost where no money is at stake. */
export const actionsOf = ({ status, amount }: Pick<Alert, 'status' | 'amount'>) =>
  (done[status] ?? []).filter((each) => each !== 'write-off' || Number(amount) > 0);

/** What became of one of several alerts of which one thing was said. */
export interface AlertOutcome {
  readonly alertId: string;
  readonly outcome: 'DONE' | 'UNCHANGED' | 'REFUSED' | 'UNKNOWN';
  /** As it is now; `null` where nothing was decided. */
  readonly status: string | null;
  readonly code: string | null;
}

export interface RuleSummary {
  readonly rule: string;
  readonly raised: Digits;
  /** That stand, acknowledged or not. */
  readonly open: Digits;
  readonly acknowledged: Digits;
  readonly investigating: Digits;
  readonly resolved: Digits;
  readonly superseded: Digits;
  readonly atStake: readonly { readonly currency: string; readonly amount: Digits }[];
}
