import type { LaneLimits } from './limits.ts';

/** What a request showed about the endpoint: `untried` when it was not sent after all. */
export type Contact = 'there' | 'away' | 'untried';

/** Which round a request belongs to: what began before the breaker opened says nothing afterwards. */
export interface Pass {
  readonly round: number;
  readonly isProbe: boolean;
}

export type BreakerChange =
  | { readonly kind: 'opened'; readonly failures: number; readonly sinceMs: number }
  | { readonly kind: 'recovered' };

/**
 *   closed ──failures in a row──► open ──pause──► probing ──it succeeds──► ramp ──successes──► closed
 *                                  ▲                 │                      │
 *                                  ├─ it fails: twice the pause             │
 *                                  └────────── failures in a row ◄──────────┘
 *
 * While it ramps 1, 2, 4, … requests may be under way, twice as many in each round. Times are of a
 * monotonic clock, ms.
 */
export interface Breaker {
  stage(): 'closed' | 'open' | 'probing' | 'ramp';
  /** When the next probe may begin; `null` unless it is open. */
  openUntilMs(): number | null;
  /** How many may be under way at once, of a lane whose most is `concurrencyMax`. */
  allowance(concurrencyMax: number): number;
  /** A request begins. The caller has seen that it may. */
  begun(): Pass;
  ended(of: {
    readonly pass: Pass;
    readonly contact: Contact;
    readonly concurrencyMax: number;
    readonly nowMs: number;
  }): BreakerChange | null;
}

export function createBreaker(limits: LaneLimits): Breaker {
  let failures = 0;
  let sinceMs = 0;
  let round = 0;
  let pauseMs: number = limits.breakerPauseMs;
  let openUntilMs: number | null = null;
  let isProbing = false;
  let ramp: number | null = null;

  function failed(nowMs: number): BreakerChange | null {
    if (failures === 0) sinceMs = nowMs;
    failures += 1;
    if (ramp !== null) ramp = 1;
    if (failures < limits.failuresMax) return null;
    round += 1;
    ramp = null;
    pauseMs = limits.breakerPauseMs;
    openUntilMs = nowMs + pauseMs;
    return { kind: 'opened', failures, sinceMs };
  }

  function probed(contact: Contact, nowMs: number): BreakerChange | null {
    isProbing = false;
    if (contact === 'untried') return null;
    if (contact === 'away') {
      pauseMs = Math.min(pauseMs * 2, limits.breakerPauseMsMax);
      openUntilMs = nowMs + pauseMs;
      return null;
    }
    openUntilMs = null;
    failures = 0;
    ramp = 1;
    return { kind: 'recovered' };
  }

  return {
    stage: () =>
      openUntilMs === null ? (ramp === null ? 'closed' : 'ramp') : isProbing ? 'probing' : 'open',
    openUntilMs: () => (isProbing ? null : openUntilMs),
    allowance: (concurrencyMax) => Math.min(ramp ?? concurrencyMax, concurrencyMax),
    begun() {
      const isProbe = openUntilMs !== null;
      if (isProbe) isProbing = true;
      return { round, isProbe };
    },
    ended({ pass, contact, concurrencyMax, nowMs }) {
      if (pass.round !== round) return null;
      if (pass.isProbe) return probed(contact, nowMs);
      if (contact === 'away') return failed(nowMs);
      if (contact === 'untried') return null;
      failures = 0;
      // One more for each success: when all that are under way succeed, twice as many.
      if (ramp !== null) ramp = ramp + 1 >= concurrencyMax ? null : ramp + 1;
      return null;
    },
  };
}
