import type { RemedyPolicy } from '@plumbline/events';

/**
 * Of each rule of a tenant:
 *
 *   none ──set──► OBSERVE | PROPOSE | ACT ──set──► (another)
 *                        │ ▲
 *                    stop│ │resume         of one rule, or of all at once
 *                        ▼ │
 *                      stopped: nothing starts, whatever the policy says
 *
 * Both kinds of stop stand side by side: a rule that was stopped by itself stays so when all others go
 * on.
 */
export type DeskState = NoDesk | Desk;

export interface NoDesk {
  readonly status: 'none';
}

export interface Desk {
  readonly status: 'open';
  readonly tenant: string;
  readonly isStopped: boolean;
  /** By rule. */
  readonly rules: Readonly<Record<string, RuleDesk>>;
}

export interface RuleDesk {
  /** `null` where a rule was stopped before anything was said of it. */
  readonly policy: RemedyPolicy | null;
  /** How often it was set. */
  readonly revision: number;
  readonly isStopped: boolean;
  /** What has started. */
  readonly spent: Spent;
  /** What would have, by dry runs. */
  readonly tried: Spent;
}

/** Against the limits of one clock hour; of another hour nothing is left of it. */
export interface Spent {
  /** Beginning of the hour, epoch ms. */
  readonly hourMs: number;
  /** Of the remedies, so that none counts twice. */
  readonly ids: readonly string[];
  /** By currency, minor units. */
  readonly minor: Readonly<Record<string, bigint>>;
}

export const noDesk: DeskState = { status: 'none' };

export const nothingSpent: Spent = { hourMs: 0, ids: [], minor: {} };

export const emptyRule: RuleDesk = {
  ...{ policy: null, revision: 0, isStopped: false },
  ...{ spent: nothingSpent, tried: nothingSpent },
};

/** What counts against the limits of an hour. */
export const spentIn = (spent: Spent, hourMs: number): Spent =>
  spent.hourMs === hourMs ? spent : { ...nothingSpent, hourMs };

/** Only one policy may be asked for; the prototype has none. */
export const ruleIn = ({ rules }: Desk, rule: string): RuleDesk =>
  Object.hasOwn(rules, rule) ? (rules[rule] ?? emptyRule) : emptyRule;
