import type { CommandOutcome } from '@plumbline/events';
import type { Sighting, Taken, SentCommand } from '../history/history.ts';

/** What is known outside of all processes: nothing of it is lost with any of them. */
export interface Journal {
  readonly sent: Map<string, SentCommand>;
  readonly answers: Map<string, CommandOutcome>;
  readonly sightings: Sighting[];
  readonly taken: Map<string, Taken>;
  /** Places `topic partition/offset` of what was planted, and how it was spoilt. */
  readonly planted: Map<string, string>;
  /** How many there were, with those that were undone. */
  takes: number;
  storiesDone: number;
  rulesDone: number;
}

export const openJournal = (): Journal => ({
  sent: new Map(),
  answers: new Map(),
  sightings: [],
  taken: new Map(),
  planted: new Map(),
  takes: 0,
  storiesDone: 0,
  rulesDone: 0,
});
