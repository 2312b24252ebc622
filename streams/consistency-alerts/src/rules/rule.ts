import type { AlertRaised, Evidence } from '@plumbline/events';
import type { JoinedView } from './view.ts';

export type RuleId =
  | ('A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M')
  | ('N' | 'O' | 'P' | 'R' | 'U' | 'V' | 'W' | 'Z');

/** That a view is inconsistent, and by what. */
export interface Finding {
  readonly summary: string;
  readonly expected: string;
  readonly actual: string;
  readonly evidence: readonly Evidence[];
  /** Where it matters less than what the rule finds otherwise. */
  readonly severity?: AlertRaised['severity'];
  /**
   * The event that says it: an alert of its own beside others of its rule, named after that event,
   * which ends where the view loses it; that of a payment never does. Without it the finding is a
   * condition: it begins with the event at hand, and may end.
   */
  readonly saidBy?: Evidence;
  /**
   * Which of several of one rule it is: each has a watch, and a grace, of its own. Beside `saidBy` it
   * names the watch, and the event still names the alert.
   */
  readonly condition?: string;
  /** From when the grace runs, where that is not the moment of the event. Epoch ms. */
  readonly sinceMs?: number;
  /** The parameter of the rule that is its grace, where that is not the rule's own. */
  readonly grace?: string;
  /** The money at stake, where it is not the payment's. */
  readonly atStake?: { readonly amountMinor: bigint; readonly currency: string };
  /** How it is found, where it is not found as the rule says. */
  readonly howSeen?: string;
}

/** A number of a rule that can be set by record, as its grace can. */
export interface RuleParameter {
  readonly name: string;
  readonly unit: 'ms';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** In words for people. */
  readonly meaning: string;
}

/**
 * A rule is a pure question to the joined view. The runtime around it keeps the time: a finding must
 * stand from the event that brought it about until the grace is over.
 */
export interface Rule {
  readonly id: RuleId;
  /** Grows whenever the same view can be judged differently. */
  readonly version: number;
  readonly title: string;
  readonly severity: AlertRaised['severity'];
  /** How long a finding may stand, by default; parameters by record override it. */
  readonly graceMs: number;
  /** What else can be set of it. */
  readonly parameters?: readonly RuleParameter[];
  /** How it is found, in words for people. */
  readonly howSeen: string;
  /** One condition at most, or any number of facts in the order in which they were seen. */
  find(view: JoinedView): readonly Finding[];
}

/** What is found of most views. */
export const nothing: readonly Finding[] = [];
