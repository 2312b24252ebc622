import type { Clock } from '@plumbline/kafka';
import * as limits from './limits.ts';

/** What a call showed about the gateway: `untried` when it was not made after all. */
export type Contact = 'there' | 'away' | 'untried';

/**
 *   closed ──failures in a row──► open ──pause──► half-open ──the probe succeeds──► closed
 *                                  ▲                  │
 *                                  └── it fails ──────┘
 */
export interface Breaker {
  /** Whether a call may begin now; the first one after a pause is the probe, and alone. */
  admits(): boolean;
  /** Until when nothing may begin, by the clock, ms; `null` when something may. */
  closedUntilMs(): number | null;
  /** How a call ended that was admitted. */
  ended(how: Contact): void;
  state(): 'closed' | 'open' | 'half-open';
}

export function createBreaker(clock: Clock): Breaker {
  let failures = 0;
  let openSinceMs: number | null = null;
  let probing = false;
  const isOver = (since: number) => clock.nowMs() >= since + limits.breakerPauseMs;
  return {
    admits() {
      if (openSinceMs === null) return true;
      if (probing || !isOver(openSinceMs)) return false;
      probing = true;
      return true;
    },
    closedUntilMs: () => (openSinceMs === null ? null : openSinceMs + limits.breakerPauseMs),
    ended(how) {
      if (how === 'untried') {
        probing = false;
        return;
      }
      if (how === 'there') {
        failures = 0;
        openSinceMs = null;
        probing = false;
        return;
      }
      failures += 1;
      // A call that began before it opened says nothing about the pause since.
      if (openSinceMs !== null && !probing) return;
      if (failures >= limits.failuresMax) openSinceMs = clock.nowMs();
      probing = false;
    },
    state: () => (openSinceMs === null ? 'closed' : probing ? 'half-open' : 'open'),
  };
}
