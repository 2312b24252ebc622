import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import { comeBacksMax } from '../limits.ts';
import type { Session } from '../session/session.ts';
import type { AskedMode } from './ask-redrive.ts';
import type { RedriveAnswer, RedriveAsked } from './redrive-log.ts';
import { eachAnswer, eachRedrive } from './redrive-log.ts';
import type { RedriveTarget } from './redrive-target.ts';
import type { Waiting } from './waiting.ts';

/** A key that is to go on. */
export interface Item {
  readonly target: RedriveTarget;
  readonly waiting: Waiting;
  /** What was asked for it before, oldest first. */
  readonly past: readonly Past[];
}

export interface Past extends Pick<RedriveAsked, 'id' | 'run' | 'reason'> {
  /** Null while there is none in the log. */
  readonly answer: RedriveAnswer | null;
}

export interface PastOfKeys {
  of(waiting: Waiting): readonly Past[];
  /** Whether the log has a run of that id, of whatever keys. */
  hasRun(run: string): boolean;
}

type Mutable = { -readonly [K in keyof Past]: Past[K] };

/**
 * What the log says was asked for these keys before. In memory: the redrives of keys that wait now,
 * and the ids of runs. The first answer to a command is the one that did something.
 */
export async function pastOf(session: Session, keys: readonly Waiting[]): Promise<PastOfKeys> {
  const byKey = new Map<string, Mutable[]>(keys.map((waiting) => [nameOf(waiting), []]));
  const byId = new Map<string, Mutable>();
  const runs = new Set<string>();
  await eachRedrive(session, ({ id, run, reason, topology, originTopic, key }) => {
    runs.add(run);
    const past = byKey.get(nameOf({ topology, topic: originTopic, key }));
    if (past === undefined || byId.has(id)) return;
    const asked: Mutable = { id, run, reason, answer: null };
    past.push(asked);
    byId.set(id, asked);
  });
  await eachAnswer(session, (answer) => {
    const asked = byId.get(answer.commandId);
    if (asked !== undefined) asked.answer ??= answer;
  });
  return {
    of: (waiting) => byKey.get(nameOf(waiting)) ?? [],
    hasRun: (run) => runs.has(run),
  };
}

const nameOf = ({ topology, topic, key }: Pick<Waiting, 'topology' | 'topic' | 'key'>): string =>
  `${topology} ${topic} ${key}`;

/** How often the record that leads a key was redriven and failed again. */
export const cameBack = ({ waiting, past }: Item): number =>
  past.filter(
    ({ answer }) => answer?.kind === 'done' && answer.stoppedAt === waiting.offset.toString(),
  ).length;

/** How the whole run is asked for. */
export interface Run {
  readonly id: string;
  readonly mode: AskedMode;
  readonly reason: string;
  /** It goes on with an earlier one of this id. */
  readonly isResumed: boolean;
  /** Also what came back as often as the guard lets it. */
  readonly isForced: boolean;
}

/** What is to be asked for a key first. */
export type First =
  | {
      readonly kind: 'ask';
      readonly id: string;
      readonly run: string;
      readonly mode: AskedMode;
      readonly reason: string;
    }
  | { readonly kind: 'held'; readonly cameBack: number }
  | { readonly kind: 'over' };

/**
 * ```
 *   came back N times, redriven whole ──────────────► held
 *   this run was answered for it: stopped, or all ──► over
 *   else ───────────────────────────────────────────► ask
 * ```
 * What was interrupted between its command and the answer is asked under the same id, with the same
 * words: so the task gives the answer that it gave, or would have given.
 */
export function firstOf(item: Item, run: Run): First {
  const { waiting, past } = item;
  const isUnfinished = waiting.reason === unfinished;
  // The first was left out by the transaction that left these.
  const mode = run.mode === 'SKIP_FIRST' && isUnfinished ? 'REDRIVE' : run.mode;
  const id = idOf({ waiting, mode, asked: answeredOf(past), isUnfinished });
  const open = past.find((each) => each.id === id && each.answer === null);
  if (run.isResumed && isOver(past, { run: run.id, next: id, isUnfinished }))
    return { kind: 'over' };
  const times = cameBack(item);
  if (mode === 'REDRIVE' && !run.isForced && times >= comeBacksMax)
    return { kind: 'held', cameBack: times };
  return { kind: 'ask', id, mode, run: open?.run ?? run.id, reason: open?.reason ?? run.reason };
}

/** Why a key waits of which one transaction took as many records as it may. */
const unfinished = 'REDRIVE_UNFINISHED';

const answeredOf = (past: readonly Past[]): number =>
  past.filter(({ answer }) => answer !== null).length;

function isOver(
  past: readonly Past[],
  at: { readonly run: string; readonly next: string; readonly isUnfinished: boolean },
): boolean {
  const last = past.findLast(({ run }) => run === at.run);
  if (last === undefined) return false;
  // The key has moved on since it was asked: it was done, by a tool that did not come to say so.
  if (last.answer === null) return last.id !== at.next && !at.isUnfinished;
  return last.answer.kind === 'refused' || !at.isUnfinished;
}

/** The next of the same key in the same run, when one transaction did not take all. */
export const nextIdOf = ({ waiting, past }: Item, mode: AskedMode, steps: number): string =>
  idOf({ waiting, mode, asked: answeredOf(past) + steps, isUnfinished: true });

/**
 * The same for whoever asks the same of a key in the same state: where it stands, and how often it
 * was asked before. What goes on after a portion has no offset that its asker could know.
 */
function idOf(options: {
  readonly waiting: Waiting;
  readonly mode: AskedMode;
  readonly asked: number;
  readonly isUnfinished: boolean;
}): string {
  const { waiting, mode, asked, isUnfinished } = options;
  const { topology, topic, key, offset } = waiting;
  const head = isUnfinished ? 'rest' : offset.toString();
  const parts = [topology, topic, key, head, mode, String(asked)];
  return derivedUuid(slotOfRecordKey(key), 'RedriveParkedKey', ...parts);
}
