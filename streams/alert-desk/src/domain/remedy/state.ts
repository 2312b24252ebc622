import type { RemedyEnding } from '@plumbline/events';
import * as limits from './limits.ts';
import type { RemedyEventOf } from './events.ts';

/**
 *   alert ──► ASKING ──started──► STARTED ──effect seen──► ended DONE
 *               │ ▲                  ├──the target refuses──► ended REFUSED
 *               │ │                  └──it did not come about──► ended FAILED
 *           held│ │approved, by as many as it takes
 *               ▼ │
 *             WAITING ──rejected──► ended REJECTED
 *               │
 *               └──alert ended──► ended WITHDRAWN
 *
 * A sweep starts by hearing which payments linger, and is DONE with asking about them.
 * ASKING ends as DRY_RUN where the policy only tries, and as WITHDRAWN where it is held and the alert
 * has ended meanwhile. What the target says may come before the word that it started; it counts as
 * that word, too.
 */
export type Remedy = Proposed &
  (
    | { readonly status: 'ASKING' }
    | { readonly status: 'WAITING'; readonly code: string; readonly approvalsNeeded: number }
    | { readonly status: 'STARTED' }
    | { readonly status: 'ENDED'; readonly ending: RemedyEnding }
  );

interface Proposed {
  readonly proposed: RemedyEventOf<'RemedyProposed'>;
  /** Who approved it, each once. */
  readonly approvals: readonly string[];
  readonly alertEnded: boolean;
}

/** All remedies of one order, by id; the oldest first. */
export interface RemediesState {
  readonly remedies: Readonly<Record<string, Remedy>>;
}

export const noRemedies: RemediesState = { remedies: {} };

export const findRemedy = ({ remedies }: RemediesState, remedyId: string): Remedy | null =>
  Object.hasOwn(remedies, remedyId) ? (remedies[remedyId] ?? null) : null;

export const isEnded = ({ status }: Remedy): boolean => status === 'ENDED';

/** Nothing is heard of it any more. */
const isOver = (remedy: Remedy): boolean => isEnded(remedy) && remedy.alertEnded;

/** Whether there is room for one more, or can be made. */
export const hasRoom = ({ remedies }: RemediesState): boolean =>
  Object.keys(remedies).length < limits.remediesMax || Object.values(remedies).some(isOver);

/** With one more; the oldest that is over makes room. */
export function withRemedy(state: RemediesState, remedyId: string, remedy: Remedy): RemediesState {
  const entries = Object.entries(state.remedies);
  const over = entries.length < limits.remediesMax ? -1 : entries.findIndex(([, r]) => isOver(r));
  const kept = entries.filter((_, index) => index !== over);
  return { remedies: { ...Object.fromEntries(kept), [remedyId]: remedy } };
}
