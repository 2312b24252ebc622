import { tableLines } from '../format/table.ts';
import { comeBacksMax } from '../limits.ts';
import type { AskedMode, RedriveStep } from './ask-redrive.ts';
import type { Item, Run } from './plan-redrive.ts';
import { cameBack, firstOf } from './plan-redrive.ts';
import type { KeyDone } from './run-redrive.ts';
import type { Readable, Waiting } from './waiting.ts';

/** What is said of a run, and at how great a length. */
export interface Said extends Run {
  readonly isOneKey: boolean;
  /** Lines about single keys at most. */
  readonly limit: number;
}

/** What would be done for a key. */
function plannedOf(item: Item, run: Said) {
  const first = firstOf(item, run);
  const { waiting } = item;
  const would = first.kind === 'ask' ? wouldBe(waiting.records, first.mode) : heldText(first.kind);
  return { ...waiting, cameBack: cameBack(item), would };
}

const heldText = (kind: 'held' | 'over'): string =>
  kind === 'over'
    ? 'nothing: this run has had its answer'
    : `nothing without --force: it came back ${comeBacksMax} times`;

export const dryRunJson = (items: readonly Item[], run: Said) => ({
  ...{ dryRun: true, mode: run.mode, keys: items.length, records: recordsOf(items) },
  waiting: items.slice(0, run.limit).map((item) => plannedOf(item, run)),
});

const recordsOf = (items: readonly Item[]): number =>
  items.reduce((sum, { waiting }) => sum + waiting.records, 0);

export function dryRunLines(items: readonly Item[], run: Said): readonly string[] {
  const [only] = items;
  if (run.isOneKey && items.length === 1 && only !== undefined) return oneKeyLines(only, run);
  const rows = items.slice(0, run.limit).map((item) => plannedOf(item, run));
  const rest = items.length - rows.length;
  return [
    ...tableLines(
      ['topology', 'key', 'from', 'records', 'reason', 'came back', 'today', 'would be'],
      rows.map(({ topology, topic, key, offset, records, reason, read, ...row }) => [
        ...[topology, key, `${topic} ${offset.toString()}`, String(records), reason],
        ...[String(row.cameBack), readText(read), row.would],
      ]),
    ),
    ...(rest > 0 ? [`… and ${rest} keys more: --limit`] : []),
    `${items.length} keys, ${recordsOf(items)} records wait; nothing was written`,
  ];
}

function oneKeyLines(item: Item, run: Said): readonly string[] {
  const { key, topic, offset, records, reason, read, would } = plannedOf(item, run);
  const times = cameBack(item);
  return [
    `${records} records of ${key} wait from ${topic} offset ${offset.toString()} on, ${reason}: ${would}`,
    `with the code of today: ${readText(read)}`,
    ...(times === 0 ? [] : [`the first came back ${times} times when it was redriven`]),
  ];
}

/** What is known before anything is done: whether it can be decoded, not whether it can be processed. */
function readText(read: Readable | null): string {
  if (read === null) return 'no letter says';
  const upcast = read.upcast === 0 ? '' : `, ${read.upcast} of another version`;
  if (read.stopsAt === null) return `can be read${upcast}`;
  return `cannot be read at ${read.stopsAt.toString()}: ${read.problem ?? ''}`;
}

function wouldBe(records: number, mode: AskedMode): string {
  switch (mode) {
    case 'REDRIVE':
      return 'all would be taken in order';
    case 'SKIP_FIRST':
      return `the first would be left out, ${records - 1} taken in order`;
    case 'DISCARD':
      return 'all would be left out';
  }
}

/** Counts a run, and keeps so many of the keys that did not go on. */
export interface RunTotals {
  step(step: RedriveStep): void;
  key(done: KeyDone): void;
  isDone(): boolean;
  progress(): string;
  interrupted(): readonly string[];
  lines(): readonly string[];
  json(): object;
  /** Of a run of one key. */
  oneLines(): readonly string[];
  oneJson(): object;
}

export function createRunTotals(run: Said, keys: number): RunTotals {
  const counts = { done: 0, stopped: 0, refused: 0, held: 0, over: 0 };
  const records = { redriven: 0, dropped: 0 };
  const notDone: KeyDone[] = [];
  const beganMs = performance.now();
  let only: KeyDone | null = null;
  const ended = (): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = (): string => (records.dropped === 0 ? '' : `, ${records.dropped} left out`);
  return {
    step({ redriven, dropped }) {
      records.redriven += redriven;
      records.dropped += dropped;
    },
    key(done) {
      counts[done.kind] += 1;
      only = done;
      if (done.kind !== 'done' && notDone.length < run.limit) notDone.push(done);
    },
    isDone: () => counts.done === keys,
    progress() {
      const perSecond = Math.round(
        ended() / Math.max(0.001, (performance.now() - beganMs) / 1_000),
      );
      return (
        `${ended()} of ${keys} keys, ${records.redriven} records redriven${left()}, ` +
        `${counts.stopped} stopped, ${perSecond} keys/s`
      );
    },
    interrupted: () => [
      `${ended()} of ${keys} keys were asked for. The same command takes what still waits; ` +
        `--resume ${run.id} leaves alone what this run has had its answer for.`,
    ],
    lines: () => [
      ...notDone.map(
        ({ item, why }) => `${item.waiting.topology} ${item.waiting.key}: ${why ?? ''}`,
      ),
      `${counts.done} of ${keys} keys go on: ${records.redriven} records redriven${left()}` +
        notDoneText(counts),
    ],
    json: () => ({
      ...{ run: run.id, mode: run.mode, keys, ...counts, ...records },
      notDone: notDone.map(({ item, kind, steps, why }) => ({
        ...placeOf(item.waiting),
        ...{ kind, why, remaining: steps.at(-1)?.remaining ?? item.waiting.records },
      })),
    }),
    oneLines: () => (only === null ? [] : oneLines(only)),
    oneJson: () => {
      const last = only?.steps.at(-1);
      const remaining = last?.remaining ?? only?.item.waiting.records;
      return { status: last?.status ?? only?.kind, run: run.id, steps: only?.steps, remaining };
    },
  };
}

const placeOf = ({ topology, topic, key }: Waiting) => ({ topology, topic, key });

function notDoneText(counts: Readonly<Record<KeyDone['kind'], number>>): string {
  const parts = [
    [counts.stopped, 'stopped'],
    [counts.refused, 'refused'],
    [counts.held, 'held back until --force'],
    [counts.over, 'answered in this run before'],
  ] as const;
  return parts.flatMap(([count, text]) => (count === 0 ? [] : [`; ${count} ${text}`])).join('');
}

function oneLines({ steps, why }: KeyDone): readonly string[] {
  const last = steps.at(-1);
  const reasons = why === null ? [] : [why];
  if (last === undefined) return reasons;
  if (last.status === 'UNCHANGED' && steps.length === 1) return ['nothing waited any more'];
  const sum = (of: 'redriven' | 'dropped') => steps.reduce((total, step) => total + step[of], 0);
  const left = sum('dropped') === 0 ? '' : `, ${sum('dropped')} left out`;
  return [`${sum('redriven')} records redriven${left}, ${last.remaining} wait`, ...reasons];
}
