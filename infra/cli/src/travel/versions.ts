import { InvariantViolation } from '@plumbline/kernel';
import type { DecodedRecord } from '../read/decode.ts';
import { placeText } from '../read/place.ts';
import { CliFailure } from '../session/failure.ts';
import type { Fold } from './aggregates.ts';
import type { Moment } from './moment.ts';
import { isUpTo } from './moment.ts';

/** An event, with what is shown of the state before and after it; null where it was not there. */
export interface Version {
  readonly event: DecodedRecord;
  readonly before: object | null;
  readonly after: object | null;
}

/** Of a state after each event; it is kept by whoever wants it. @throws CliFailure */
export function* versionsOf(fold: Fold, events: readonly DecodedRecord[]): Generator<Version> {
  let state = fold.initialState;
  let before = fold.shown(state);
  for (const event of events) {
    state = evolved(fold, state, event);
    const after = fold.shown(state);
    yield { event, before, after };
    before = after;
  }
}

function evolved(fold: Fold, state: unknown, event: DecodedRecord): unknown {
  try {
    return fold.evolve(state, event.payload);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    const what = `${event.payload.type} at ${placeText(event)}`;
    throw new CliFailure(`${what} cannot follow what was before it: ${error.message}`);
  }
}

/** How something stood at a moment. */
export interface Stood {
  /** The last event up to then; null where there was none. */
  readonly event: DecodedRecord | null;
  readonly state: object | null;
}

export function stoodAt(fold: Fold, events: readonly DecodedRecord[], moment: Moment): Stood {
  let last: Stood = { event: null, state: fold.shown(fold.initialState) };
  for (const { event, after } of versionsOf(fold, eventsUpTo(events, moment)))
    last = { event, state: after };
  return last;
}

/** Times of a partition may step back with its broker's clock: nothing after the first that is later. */
export function eventsUpTo(
  events: readonly DecodedRecord[],
  moment: Moment,
): readonly DecodedRecord[] {
  const end = events.findIndex((event) => !isUpTo(moment, event));
  return end < 0 ? events : events.slice(0, end);
}
