import type { FaultPlan } from '@plumbline/runtime/simulation';

/** Transactions that end badly. */
export const abortive: Partial<FaultPlan> = {
  requestLost: 0.03,
  requestLate: 0.03,
  crashesPerMinute: 12,
};

/** Owners that do not know that they are none. */
export const zombies: Partial<FaultPlan> = {
  freezesPerMinute: 24,
  freezeMsMax: 16_000,
  partitionsPerMinute: 12,
  rebalancesPerMinute: 12,
  requestLate: 0.03,
};

/** Tasks that move, and restore. */
export const takeovers: Partial<FaultPlan> = {
  crashesPerMinute: 15,
  rebalancesPerMinute: 12,
  diskWiped: 0.3,
};

/** Whoever is frozen in the middle of a step goes on when another has taken over. */
export const frozenInStep: Partial<FaultPlan> = {
  freezesPerMinute: 60,
  freezeMsMax: 12_000,
};
