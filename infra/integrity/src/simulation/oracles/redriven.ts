import type { CommandOutcome, RedriveParkedKey } from '@plumbline/events';
import type { Entry, History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf, ownEntries, placeOf } from '../history/history.ts';
import { isPoison, lettersByOrigin, redriving, takenIn } from './parking.ts';

/** One answer to a redrive, and what waited then according to the dead letters and the answers before. */
export interface Redriven {
  readonly asked: RedriveParkedKey;
  readonly outcome: CommandOutcome;
  readonly told: ToldByRedrive;
  /** The oldest of what waited, and what it was made of; null where nothing had ever waited. */
  readonly first: Entry | null;
  readonly dropped: readonly Entry[];
  readonly taken: readonly Entry[];
  /** The oldest of what was left, as far as the log tells by now. */
  readonly next: Entry | null;
}

/** As docs/bad-input.md says it: offsets are text. */
export interface ToldByRedrive {
  readonly redriven: number;
  readonly dropped: number;
  readonly remaining: number;
  readonly stoppedAt: string | null;
  readonly stoppedBy: string | null;
}

/** What became of the keys that waited in one topology. */
export interface LetGo {
  readonly answers: readonly Redriven[];
  /** Answers to redrives whose id was answered lately: they stand for nothing that was done. */
  readonly repeats: readonly Repeated[];
  /** Places `topic partition/offset` of what waited and was taken later. */
  readonly taken: ReadonlySet<string>;
  /** What waits for good, by topic and key, the oldest first. */
  readonly waiting: ReadonlyMap<string, readonly Entry[]>;
  /** Topics and keys of which something was let go on. */
  readonly keys: ReadonlySet<string>;
}

export interface Repeated {
  readonly before: CommandOutcome;
  readonly outcome: CommandOutcome;
}

/** Of each key so many redrives are remembered with their answers (docs/decisions/0005). */
const remembered = 4;

type Of = Pick<History['topologies'][number], 'name' | 'deadLetters' | 'inputs'>;

const known = new WeakMap<History, Map<string, LetGo>>();

/** Once for all who ask. */
export function letGoOf(history: History, topology: Of): LetGo {
  const before = known.get(history) ?? new Map<string, LetGo>();
  known.set(history, before);
  const found = before.get(topology.name) ?? letGo(history, topology);
  before.set(topology.name, found);
  return found;
}

const lane = (topic: string, key: string): string => `${topic} ${key}`;
export const whereOf = ({ record }: Entry): string => `${record.topic} ${placeOf(record)}`;

/**
 * A key waits in the order of its topic, and a redrive takes from the front: so the answers, which say
 * how many, tell which.
 */
function letGo(history: History, topology: Of): LetGo {
  const waiting = waitingIn(history, topology);
  const answers: Redriven[] = [];
  const repeats: Repeated[] = [];
  const lately = new Map<string, readonly CommandOutcome[]>();
  const taken = new Set<string>();
  const keys = new Set<string>();
  for (const { asked, key, outcome } of answersTo(history, topology)) {
    const recent = lately.get(key) ?? [];
    const before = recent.find(({ commandId }) => commandId === outcome.commandId);
    if (before !== undefined) {
      repeats.push({ before, outcome });
      continue;
    }
    lately.set(key, [...recent, outcome].slice(-remembered));
    const told = JSON.parse(outcome.answer ?? 'null') as ToldByRedrive | null;
    if (told === null) continue;
    const name = lane(asked.originTopic, key);
    const queue = waiting.get(name) ?? [];
    if (outcome.status === 'ACCEPTED') keys.add(name);
    const dropped = queue.slice(0, told.dropped);
    const gone = told.dropped + told.redriven;
    const redriven = queue.slice(told.dropped, gone);
    waiting.set(name, queue.slice(gone));
    for (const entry of redriven) taken.add(whereOf(entry));
    answers.push({
      ...{ asked, outcome, told, dropped, taken: redriven },
      ...{ first: queue[0] ?? null, next: queue[gone] ?? null },
    });
  }
  return { answers, repeats, taken, waiting, keys };
}

/** All that ever waited, by topic and key. */
function waitingIn(history: History, { deadLetters, inputs }: Of): Map<string, readonly Entry[]> {
  const letters = lettersByOrigin(history, deadLetters);
  const found = new Map<string, readonly Entry[]>();
  for (const { kind, topic } of inputs) {
    if (kind !== 'events') continue;
    for (const entry of history.committed(topic)) {
      if (entry.record.key === null || !letters.has(whereOf(entry))) continue;
      const name = lane(topic, keyOf(entry));
      found.set(name, [...(found.get(name) ?? []), entry]);
    }
  }
  return found;
}

interface Answer {
  readonly asked: RedriveParkedKey;
  readonly key: string;
  readonly outcome: CommandOutcome;
}

/** In the order in which they were given, key by key. */
function answersTo(history: History, { name }: Of): readonly Answer[] {
  const commands = new Map(
    ownEntries(history, redriving.commands).map((entry) => [placeOf(entry.record), entry]),
  );
  return outcomes(history).flatMap((outcome) => {
    const { commandPartition: partition, commandOffset: offset } = outcome;
    const command = commands.get(placeOf({ partition, offset }));
    if (command === undefined) return [];
    const asked = command.payload.data as RedriveParkedKey;
    return asked.topology === name ? [{ asked, key: keyOf(command), outcome }] : [];
  });
}

const outcomes = (history: History): readonly CommandOutcome[] =>
  ownEntries(history, redriving.outcomes).map(({ payload }) => payload.data as CommandOutcome);

/**
 * The readable entries of an input of events that one topology has taken in: as `takenIn`, and where a
 * key was let go on what the redrive took, and what came afterwards.
 */
export function takenBy(history: History, topology: string, topic: string): readonly ReadEntry[] {
  const of = history.topologies.find(({ name }) => name === topology);
  if (of === undefined) return [];
  const { taken, keys } = letGoOf(history, of);
  const letters = lettersByOrigin(history, of.deadLetters);
  // Of what nobody can read only what was passed over came to its end.
  const ended = new Set(
    history.taken.flatMap((each) =>
      each.topology === topology && each.topic === topic ? [placeOf(each)] : [],
    ),
  );
  const untouched = new Set(takenIn(history, topic, ({ record }) => ended.has(placeOf(record))));
  return history.committed(topic).filter((entry): entry is ReadEntry => {
    if (!isReadable(entry)) return false;
    if (!keys.has(lane(topic, keyOf(entry)))) return untouched.has(entry);
    return !isPoison(entry) && (taken.has(whereOf(entry)) || !letters.has(whereOf(entry)));
  });
}
