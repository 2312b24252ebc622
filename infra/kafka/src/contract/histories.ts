/**
 * One step of a history on one partition. Producers are numbered.
 *
 *   send      begins a transaction or goes on with it, one batch more
 *   fence     a new owner of the same id opens: what the old one left open is aborted
 *   time out  the broker aborts what stays open too long, and fences the producer
 */
export type Step =
  | { readonly kind: 'send'; readonly producer: number; readonly records: number }
  | { readonly kind: 'commit' | 'abort' | 'fence' | 'time out'; readonly producer: number }
  | { readonly kind: 'plain'; readonly records: number };

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

/** Transactions that new owners of their ids end, around and inside others. */
export const fencedOwners: readonly Step[] = [
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'send', producer: 1, records: 3 },
  { kind: 'fence', producer: 1 },
  { kind: 'send', producer: 1, records: 1 },
  { kind: 'fence', producer: 0 },
  { kind: 'plain', records: 1 },
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'fence', producer: 1 },
  { kind: 'fence', producer: 1 },
  { kind: 'send', producer: 1, records: 2 },
  { kind: 'commit', producer: 0 },
  { kind: 'abort', producer: 1 },
  { kind: 'send', producer: 0, records: 1 },
  { kind: 'fence', producer: 0 },
];

/** Transactions that the broker ends, while others are open around them. */
export const timedOut: readonly Step[] = [
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'send', producer: 1, records: 2 },
  { kind: 'send', producer: 2, records: 3 },
  { kind: 'time out', producer: 2 },
  { kind: 'plain', records: 1 },
  { kind: 'send', producer: 0, records: 2 },
  { kind: 'abort', producer: 0 },
  { kind: 'send', producer: 2, records: 1 },
  { kind: 'time out', producer: 2 },
  { kind: 'send', producer: 1, records: 1 },
  { kind: 'commit', producer: 1 },
  { kind: 'plain', records: 1 },
];

export const namedHistories: readonly (readonly [string, readonly Step[]])[] = [
  ['overlapping aborts', overlappingAborts],
  ['two aborts by one producer', repeatedAborts],
  ['an aborted transaction larger than a fetch', largeAbort],
  ['transactions that a new owner of their id ended', fencedOwners],
  ['transactions that the broker ended', timedOut],
];

/** A history that is the same for the same seed; every transaction ends in it. */
export function generateHistory(seed: number): readonly Step[] {
  const random = mulberry32(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const open = new Set<number>();
  const steps: Step[] = [];
  for (let count = 0; count < 40; count += 1) {
    const producer = pick(4);
    const roll = pick(20);
    if (roll < 10) {
      steps.push({ kind: 'send', producer, records: 1 + pick(4) });
      open.add(producer);
    } else if (roll < 18 && open.delete(producer)) {
      steps.push({ kind: endings[pick(endings.length)] ?? 'abort', producer });
    } else {
      steps.push({ kind: 'plain', records: 1 + pick(2) });
    }
  }
  for (const producer of open) steps.push({ kind: pick(2) === 0 ? 'commit' : 'abort', producer });
  // Costs a second or two of waiting on a broker, so that not all have it.
  if (pick(3) === 0) {
    const producer = 4;
    const timesOut: readonly Step[] = [
      { kind: 'send', producer, records: 1 + pick(4) },
      { kind: 'time out', producer },
    ];
    steps.splice(pick(steps.length), 0, ...timesOut);
  }
  return steps;
}

/** Twice as many transactions are undone as are committed. */
const endings = ['commit', 'commit', 'abort', 'abort', 'abort', 'fence'] as const;

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
