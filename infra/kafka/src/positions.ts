import type { TopicPartition } from './log.ts';

/** Where a reader reads on, by topic and partition. */
export class Positions {
  readonly #byTopic = new Map<string, Map<number, bigint>>();
  #all: readonly TopicPartition[] = [];

  constructor(from: readonly (TopicPartition & { readonly offset: bigint })[]) {
    for (const { topic, partition, offset } of from) {
      const partitions = this.#byTopic.get(topic) ?? new Map<number, bigint>();
      this.#byTopic.set(topic, partitions.set(partition, offset));
    }
    this.#all = [...this.#byTopic].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => ({ topic, partition })),
    );
  }

  all(): readonly TopicPartition[] {
    return this.#all;
  }

  of(at: TopicPartition): bigint {
    const offset = this.#byTopic.get(at.topic)?.get(at.partition);
    if (offset === undefined) throw new Error(`${at.topic}-${at.partition} is not read here`);
    return offset;
  }

  move(to: TopicPartition, offset: bigint): void {
    this.of(to);
    this.#byTopic.get(to.topic)?.set(to.partition, offset);
  }
}
