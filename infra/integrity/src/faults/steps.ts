import type { ProcessName } from '@plumbline/local';

export interface StepKill {
  readonly name: ProcessName;
  readonly of: string;
  readonly step: string;
  readonly delayMs?: number;
}

/**
 * A commit takes 2 to 4 ms from the EndTxn's way out to its answer, so a kill this long after the
 * last Produce was answered comes while the coordinator decides or writes its markers.
 */
export const insideEndTxnMs = 2;

/** The steps of a transaction, and one that has no name: the EndTxn under way. */
const transactionSteps = [
  { of: 'transaction', step: 'begins' },
  { of: 'transaction', step: 'produced' },
  { of: 'transaction', step: 'produced', delayMs: insideEndTxnMs },
  { of: 'transaction', step: 'committed' },
] as const;

const projectionSteps = ['begins', 'folded', 'committed'] as const;

/** Every step at which a process can die, shared out among the processes that come to it. */
export const stepKills: readonly StepKill[] = [
  ...transactionSteps.map((step) => ({ name: 'orders' as const, ...step })),
  { name: 'orders', of: 'task', step: 'fenced' },
  { name: 'orders', of: 'task', step: 'decided' },
  ...transactionSteps.map((step) => ({ name: 'payments' as const, ...step })),
  { name: 'payments', of: 'task', step: 'restoring' },
  { name: 'payments', of: 'task', step: 'stored' },
  ...transactionSteps.map((step) => ({ name: 'checkout' as const, ...step })),
  { name: 'checkout', of: 'task', step: 'restored' },
  { name: 'checkout', of: 'task', step: 'committed' },
  ...transactionSteps.map((step) => ({ name: 'consistency-alerts' as const, ...step })),
  { name: 'consistency-alerts', of: 'task', step: 'running' },
  { name: 'consistency-alerts', of: 'task', step: 'fetched' },
  ...projectionSteps.map((step) => ({ name: 'queries' as const, of: 'projection', step })),
];
