import type { Appended, EdgeProducer, OutgoingRecord, TopicPartition } from '../log.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** One step of a history on one partition. Producers are numbered. */
export type Step =
  | { readonly kind: 'send'; readonly producer: number; readonly records: number }
  | { readonly kind: 'commit' | 'abort'; readonly producer: number }
  | { readonly kind: 'plain'; readonly records: number };

/** What a history left on the log, known without reading it. */
export interface Outcome {
  /** Every record by offset, committed or not. */
  readonly all: readonly { readonly offset: bigint; readonly value: string }[];
  readonly committed: readonly { readonly offset: bigint; readonly value: string }[];
  /** Where the log ends once every transaction's marker, one offset each, is written. */
  readonly endOffset: bigint;
}

/** Aborts that overlap, in another order than they began: the broker lists them by their end. */
export const overlappingAborts: readonly Step[] = [
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'send', producer: 1, records: 2 },
  { kind: 'plain', records: 1 },
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'send', producer: 2, records: 2 },
  { kind: 'abort', producer: 1 },
  { kind: 'send', producer: 0, records: 1 },
  { kind: 'abort', producer: 0 },
  { kind: 'send', producer: 2, records: 1 },
  { kind: 'commit', producer: 2 },
  { kind: 'plain', records: 2 },
];

/** One producer that aborts, aborts again, then commits. */
export const repeatedAborts: readonly Step[] = [
  { kind: 'send', producer: 0, records: 3 },
  { kind: 'abort', producer: 0 },
  { kind: 'plain', records: 1 },
  { kind: 'send', producer: 0, records: 3 },
  { kind: 'abort', producer: 0 },
  { kind: 'send', producer: 0, records: 3 },
  { kind: 'commit', producer: 0 },
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'abort', producer: 0 },
];

/** An aborted transaction of many batches, larger than one fetch of a few batches. */
export const largeAbort: readonly Step[] = [
  { kind: 'send', producer: 1, records: 1 },
  ...Array.from({ length: 25 }, (): Step => ({ kind: 'send', producer: 0, records: 3 })),
  { kind: 'commit', producer: 1 },
  ...Array.from({ length: 5 }, (): Step => ({ kind: 'send', producer: 0, records: 3 })),
  { kind: 'abort', producer: 0 },
  { kind: 'plain', records: 2 },
];

/** A history that is the same for the same seed; every transaction ends in it. */
export function generateHistory(seed: number): readonly Step[] {
  const random = mulberry32(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const open = new Set<number>();
  const steps: Step[] = [];
  for (let count = 0; count < 40; count += 1) {
    const producer = pick(4);
    const roll = pick(10);
    if (roll < 5) {
      steps.push({ kind: 'send', producer, records: 1 + pick(4) });
      open.add(producer);
    } else if (roll < 9 && open.delete(producer)) {
      steps.push({ kind: pick(3) === 0 ? 'commit' : 'abort', producer });
    } else {
      steps.push({ kind: 'plain', records: 1 + pick(2) });
    }
  }
  for (const producer of open) steps.push({ kind: pick(2) === 0 ? 'commit' : 'abort', producer });
  return steps;
}

/** Plays a history, and keeps its own account of what was committed. */
export async function play(
  steps: readonly Step[],
  on: TopicPartition & {
    readonly edge: EdgeProducer;
    openProducer(producer: number): Promise<TransactionSession>;
  },
): Promise<Outcome> {
  const producers = new Map<number, TransactionSession>();
  const open = new Map<number, { offset: bigint; value: string }[]>();
  const all: { offset: bigint; value: string }[] = [];
  const committed: { offset: bigint; value: string }[] = [];
  let written = 0;
  let markers = 0;
  const make = (count: number): OutgoingRecord[] =>
    Array.from({ length: count }, () => {
      written += 1;
      const value = Buffer.from(`record ${String(written).padStart(5, '0')} ${'x'.repeat(40)}`);
      // The key is that of an abort marker: readers must go by the batch, not by the key.
      const key = Buffer.from([0, 0, 0, 0]);
      return { topic: on.topic, partition: on.partition, key, value, headers: {} };
    });
  const note = (records: readonly OutgoingRecord[], appended: readonly Appended[]) =>
    records.map(({ value }, index) => ({
      offset: appended[index]?.baseOffset ?? -1n,
      value: String(value),
    }));
  for (const step of steps) {
    if (step.kind === 'plain') {
      const records = make(step.records);
      const sent = await Promise.all(records.map((record) => on.edge.send(record)));
      const noted = note(records, sent);
      all.push(...noted);
      committed.push(...noted);
      continue;
    }
    const { producer } = step;
    const session = producers.get(producer) ?? (await on.openProducer(producer));
    producers.set(producer, session);
    if (step.kind === 'send') {
      const records = make(step.records);
      const noted = note(records, await session.send(records));
      all.push(...noted);
      open.set(producer, [...(open.get(producer) ?? []), ...noted]);
    } else {
      await (step.kind === 'commit' ? session.commit() : session.abort());
      if (step.kind === 'commit') committed.push(...(open.get(producer) ?? []));
      if (open.delete(producer)) markers += 1;
    }
  }
  if (open.size > 0) throw new Error('A history that leaves a transaction open');
  for (const session of producers.values()) await session.close();
  const endOffset = BigInt(written + markers);
  return { all: all.sort(byOffset), committed: committed.sort(byOffset), endOffset };
}

function byOffset(a: { offset: bigint }, b: { offset: bigint }): number {
  return a.offset < b.offset ? -1 : a.offset > b.offset ? 1 : 0;
}

/** A small generator of numbers in [0, 1) with a seed. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
