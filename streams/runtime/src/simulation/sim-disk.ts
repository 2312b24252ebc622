import type { TopicPartition } from '@plumbline/kafka';
import type { ChangelogEntry, Checkpoint, LocalStore, LocalStores } from '../state/local-store.ts';
import { compareKeys } from '../state/key-order.ts';
import { isSameCheckpoint } from '../state/local-store.ts';
import type { Random } from './random.ts';
import type { Life, World } from './world.ts';

interface Content {
  readonly checkpoint: Checkpoint | null;
  readonly values: ReadonlyMap<string, Buffer>;
}

interface Copy {
  readonly topology: string;
  readonly partition: number;
  checkpoint: Checkpoint | null;
  values: Map<string, Buffer>;
  /** As it was now and then, for a disk that is restored from an earlier copy. */
  earlier: Content[];
  /** Open in a living process. */
  opened: number;
  /** Writes under way. */
  readonly writing: Set<() => void>;
}

/** A copy that the cleaner has overtaken is shown this much older: beyond any retention. */
const overtakenAgeMs = 400 * 24 * 3_600_000;
const earlierCopiesMax = 4;
const keptChance = 0.15;
const writeMsMax = 2;

/** The disk of one process: it outlives its incarnations. */
export class SimDisk {
  readonly #world: World;
  readonly #random: Random;
  readonly #copies = new Map<string, Copy>();

  constructor(world: World, name: string) {
    this.#world = world;
    this.#random = world.random.fork(`disk/${name}`);
  }

  storesFor(life: Life): LocalStores {
    return {
      open: ({ topology, partition }) => {
        const name = `${topology}-${partition}`;
        const copy: Copy = this.#copies.get(name) ?? {
          ...{ topology, partition, checkpoint: null, values: new Map<string, Buffer>() },
          ...{ earlier: [], opened: 0, writing: new Set() },
        };
        this.#copies.set(name, copy);
        copy.opened += 1;
        return this.#afterAWhile(life, () => this.#storeOver(copy, life));
      },
      close: () => Promise.resolve(),
    };
  }

  /** Power stays on: of a write under way either all is there or nothing. */
  crash(): void {
    for (const copy of this.#copies.values()) {
      for (const apply of copy.writing) {
        if (!this.#random.chance(0.5)) continue;
        this.#world.history.reached('a local write survived the crash before its answer');
        apply();
      }
      copy.writing.clear();
      copy.opened = 0;
    }
  }

  wipe(): void {
    this.#copies.clear();
  }

  /** Every copy becomes what it was at some earlier time, where that is known. */
  restoreEarlier(): boolean {
    let isRestored = false;
    for (const copy of this.#copies.values()) {
      if (copy.earlier.length === 0) continue;
      const { checkpoint, values } = this.#random.pick(copy.earlier);
      copy.checkpoint = checkpoint;
      copy.values = new Map(values);
      isRestored = true;
    }
    return isRestored;
  }

  /** Changelog offsets from which copies in use still read on: deletions there must stay. */
  inUse(changelog: { readonly incarnation: string; readonly partition: number }): bigint[] {
    return this.#of(changelog)
      .filter(({ opened }) => opened > 0)
      .map(({ checkpoint }) => checkpoint?.offset ?? 0n);
  }

  /**
   * The cleaner has forgotten deletions up to an offset, which takes `delete.retention.ms`: a copy
   * that has not seen them is that old. Simulated disks age when this happens, not by the clock.
   */
  overtaken(changelog: { incarnation: string; partition: number; upTo: bigint }): void {
    const age = (checkpoint: Checkpoint | null): Checkpoint | null =>
      checkpoint === null || checkpoint.offset > changelog.upTo
        ? checkpoint
        : { ...checkpoint, atMs: checkpoint.atMs - overtakenAgeMs };
    for (const copy of this.#of(changelog)) {
      if (copy.opened === 0) copy.checkpoint = age(copy.checkpoint);
      copy.earlier = copy.earlier.map((content) => ({
        values: content.values,
        checkpoint: age(content.checkpoint),
      }));
    }
  }

  #of({ incarnation, partition }: { incarnation: string; partition: number }): Copy[] {
    return [...this.#copies.values()].filter((copy) => {
      const known = copy.checkpoint ?? copy.earlier.at(-1)?.checkpoint;
      return copy.partition === partition && known?.incarnation === incarnation;
    });
  }

  #afterAWhile<T>(life: Life, run: () => T): Promise<T> {
    return new Promise((resolve) => {
      life.after(this.#random.between(0, writeMsMax), () => resolve(run()));
    });
  }

  #storeOver(copy: Copy, life: Life): LocalStore {
    let isClosed = false;
    const write = (
      entries: readonly ChangelogEntry[],
      { from, to }: { readonly from: Checkpoint | null; readonly to: Checkpoint },
    ): Promise<boolean> => {
      const apply = (): boolean => {
        copy.writing.delete(apply);
        if (!isSameCheckpoint(copy.checkpoint, from)) return false;
        this.#apply(copy, entries, to);
        return true;
      };
      copy.writing.add(apply);
      life.acts();
      return this.#afterAWhile(life, apply);
    };
    return {
      checkpoint: () => copy.checkpoint,
      get: (key) => copy.values.get(key),
      entries: (prefix, after) =>
        [...copy.values]
          .filter(([key]) => key.startsWith(prefix))
          .filter(([key]) => after === undefined || compareKeys(key, after) > 0)
          .sort(([a], [b]) => compareKeys(a, b)),
      write,
      wipe: () =>
        this.#afterAWhile(life, () => {
          copy.values.clear();
          copy.checkpoint = null;
        }),
      close: () => {
        if (!isClosed) copy.opened -= 1;
        isClosed = true;
        return Promise.resolve();
      },
    };
  }

  #apply(copy: Copy, entries: readonly ChangelogEntry[], to: Checkpoint): void {
    for (const { key, value } of entries) {
      if (value === null) copy.values.delete(key);
      else copy.values.set(key, Buffer.from(value));
    }
    copy.checkpoint = to;
    if (!this.#random.chance(keptChance)) return;
    copy.earlier.push({ checkpoint: to, values: new Map(copy.values) });
    if (copy.earlier.length > earlierCopiesMax) copy.earlier.shift();
  }
}

/**
 * One run of the log cleaner on one partition of a changelog, up to a drawn offset. Deletions are
 * forgotten too, but for those that a copy in use or an open reader has still to see.
 */
export async function compactOnce(
  world: World,
  at: TopicPartition,
  disks: readonly SimDisk[],
): Promise<void> {
  const { broker } = world;
  const { topic, partition } = at;
  const [described] = await broker.describeTopics([topic]);
  const { highWatermark: end } = await broker.ends(at);
  const incarnation = described?.incarnation ?? '';
  const random = world.random.fork(`compact/${world.scheduler.steps}`);
  const reading = [...world.readers]
    .filter(({ life }) => life.isAlive)
    .flatMap(({ at: all, reader }) =>
      all
        .filter((each) => each.topic === topic && each.partition === partition)
        .map((each) => reader.position(each)),
    );
  const inUse = disks.flatMap((disk) => disk.inUse({ incarnation, partition }));
  const needed = [...reading, ...inUse];
  const forgetTombstonesBefore = needed.reduce((least, each) => (each < least ? each : least), end);
  const beforeOffset = BigInt(random.int(Number(end) + 1));
  const { newestForgotten } = broker.compact({
    ...{ topic, partition, beforeOffset, forgetTombstonesBefore },
  });
  world.history.line('broker', `${topic}-${partition} is compacted below ${beforeOffset}`);
  if (newestForgotten === null) return;
  world.history.reached('compaction forgot a deletion');
  for (const disk of disks) disk.overtaken({ incarnation, partition, upTo: newestForgotten });
}
