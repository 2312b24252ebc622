import type { PolicyRemedy } from '@plumbline/events';

/** A remedy that there is. */
export type KnownRemedy = Exclude<PolicyRemedy, 'UNKNOWN'>;

interface RemedyFacts {
  /** Whether it moves the amount at stake: gives it back, or hands over what it pays for. */
  readonly movesMoney: boolean;
  /** Rules of which it is the remedy (ALERTS.md). */
  readonly rules: readonly string[];
  /**
   * Rules that its effect may raise. As a remedy of one of these it would go round in a circle: the
   * alert leads to the remedy, and the remedy to the alert.
   */
  readonly mayRaise: readonly string[];
}

export const remedyFacts: Readonly<Record<KnownRemedy, RemedyFacts>> = {
  // An order that shows a payment is one that B, D, E and L judge, and whose goods R waits for.
  COMPLETE_ORDER: { movesMoney: true, rules: ['A'], mayRaise: ['B', 'D', 'E', 'L', 'R'] },
  // Money that went back may be too much (H), of what was not paid (I), or be stuck (J).
  REFUND: { movesMoney: true, rules: ['C', 'K'], mayRaise: ['H', 'I', 'J'] },
  // The first transaction stays, and with it all that the order says.
  REFUND_SECOND: { movesMoney: true, rules: ['G'], mayRaise: ['H', 'I', 'J'] },
  PUSH_CHECKOUT: { movesMoney: false, rules: ['R'], mayRaise: [] },
  // Endpoints that do not take it either are alerts of theirs, under rule U as well, and have no remedy.
  TELL_AGAIN: { movesMoney: false, rules: ['U'], mayRaise: [] },
  // The answer may name another amount, currency or transaction, or contradict a callback.
  QUERY_PAYMENT: { movesMoney: false, rules: ['M', 'P'], mayRaise: ['E', 'F', 'G', 'J', 'N', 'V'] },
  // The same of many payments. It counts as one against the hour: how many it asks about is bounded.
  SWEEP_CHANNEL: { movesMoney: false, rules: ['W'], mayRaise: ['E', 'F', 'G', 'J', 'N', 'V'] },
};

export const isKnownRemedy = (remedy: PolicyRemedy): remedy is KnownRemedy => remedy !== 'UNKNOWN';
