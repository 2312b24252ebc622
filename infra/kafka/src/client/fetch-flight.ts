import { Unavailable } from '../errors.ts';
import { fetchBytesMax, fetchBytesPerPartition } from '../limits.ts';
import type { FetchOptions, Isolation, TopicPartition } from '../log.ts';
import { fetchRequest, type FetchedPartition, type FetchTopic } from '../wire/fetch.ts';
import type { Address } from './link.ts';
import type { Links } from './links.ts';

export interface Asked extends TopicPartition {
  readonly offset: bigint;
}

export interface FlightPlan {
  readonly address: Address;
  readonly asked: readonly Asked[];
  readonly isolation: Isolation;
  readonly options: FetchOptions;
  /** The topics' incarnations as hex. */
  readonly incarnations: ReadonlyMap<string, string>;
  readonly requestTimeoutMs: number;
  brokerNowMs(): number | null;
}

/** One Fetch request under way to one broker, until somebody takes what it brought. */
export class FetchFlight {
  readonly settled: Promise<void>;
  readonly #plan: FlightPlan;
  readonly #topicOf = new Map<string, string>();
  #sentAtBrokerMs: number | null = null;
  #partitions: readonly FetchedPartition[] | null = null;
  #error: Error | null = null;

  constructor(links: Links, plan: FlightPlan) {
    this.#plan = plan;
    for (const { topic } of plan.asked) {
      this.#topicOf.set(plan.incarnations.get(topic) ?? '', topic);
    }
    this.settled = this.#fly(links);
  }

  get error(): Error | null {
    return this.#error;
  }

  get landed(): boolean {
    return this.#partitions !== null || this.#error !== null;
  }

  get asked(): readonly Asked[] {
    return this.#plan.asked;
  }

  get sentAtBrokerMs(): number | null {
    return this.#sentAtBrokerMs;
  }

  /** Whether it is worth answering the caller before the other brokers have. */
  get bringsNews(): boolean {
    if (this.#error !== null) return true;
    return (this.#partitions ?? []).some(
      ({ errorCode, records }) => errorCode !== 0 || records.length > 0,
    );
  }

  /** What was asked, with what came. */
  answers(): readonly { readonly asked: Asked; readonly came: FetchedPartition }[] {
    return (this.#partitions ?? []).flatMap((came) => {
      const topic = this.#topicOf.get(came.topicId.toString('hex'));
      const asked = this.#plan.asked.find(
        (each) => each.topic === topic && each.partition === came.partition,
      );
      return asked === undefined ? [] : [{ asked, came }];
    });
  }

  async #fly(links: Links): Promise<void> {
    const { address, isolation, options, requestTimeoutMs } = this.#plan;
    const request = fetchRequest({
      topics: this.#topics(),
      isolation,
      maxWaitMs: options.maxWaitMs,
      bytesMax: fetchBytesMax,
      timeoutMs: options.maxWaitMs + requestTimeoutMs,
    });
    try {
      const link = await links.to(address);
      this.#sentAtBrokerMs = this.#plan.brokerNowMs();
      const { errorCode, partitions } = await link.call(request);
      if (errorCode !== 0) throw new Unavailable(`Fetch: error ${errorCode} of the broker`);
      this.#partitions = partitions;
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
  }

  #topics(): readonly FetchTopic[] {
    const bytesMax = this.#plan.options.maxBytesPerPartition ?? fetchBytesPerPartition;
    const byTopic = new Map<string, { partition: number; offset: bigint; bytesMax: number }[]>();
    for (const { topic, partition, offset } of this.#plan.asked) {
      const partitions = byTopic.get(topic) ?? [];
      byTopic.set(topic, partitions);
      partitions.push({ partition, offset, bytesMax });
    }
    return [...byTopic].map(([topic, partitions]) => ({
      topicId: Buffer.from(this.#plan.incarnations.get(topic) ?? '', 'hex'),
      partitions,
    }));
  }
}
