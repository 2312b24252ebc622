import type { Fetched, FetchOptions, Isolation, LogReader, TopicPartition } from '@plumbline/kafka';
import {
  fetchUnavailableAfterMs,
  Positions,
  reconnectPatience,
  requestTimeoutMs,
  Unavailable,
} from '@plumbline/kafka';
import type { Client } from './client.ts';
import type { OpenReader } from './world.ts';

interface From extends TopicPartition {
  readonly offset: bigint;
  readonly incarnation: string;
}

/** Long polls over the simulated wire; the broker holds them, in virtual time, until there is news. */
export class SimReader implements LogReader {
  readonly #client: Client;
  readonly #isolation: Isolation;
  readonly #positions: Positions;
  readonly #incarnations: ReadonlyMap<string, string>;
  readonly #open: OpenReader;
  #isClosed = false;
  #isFetching = false;
  #rejectPending: (error: Error) => void = () => undefined;

  constructor(
    client: Client,
    options: {
      readonly from: readonly (TopicPartition & { readonly offset: bigint })[];
      readonly isolation: Isolation;
      readonly incarnations: ReadonlyMap<string, string>;
    },
  ) {
    this.#client = client;
    this.#isolation = options.isolation;
    this.#positions = new Positions(options.from);
    this.#incarnations = options.incarnations;
    this.#open = { at: this.#positions.all(), reader: this, life: client.life };
    client.world.readers.add(this.#open);
  }

  position(of: TopicPartition): bigint {
    return this.#positions.of(of);
  }

  stampMs(): number {
    return this.#client.brokerNowMs();
  }

  seek(to: TopicPartition & { readonly offset: bigint }): void {
    this.#positions.move(to, to.offset);
  }

  async fetch(options: FetchOptions, only?: readonly TopicPartition[]) {
    if (this.#isFetching) throw new Error('fetch is not reentrant');
    this.#isFetching = true;
    try {
      return await this.#fetchPatiently(options, only ?? this.#positions.all());
    } finally {
      this.#isFetching = false;
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#client.world.readers.delete(this.#open);
    this.#rejectPending(new Unavailable('The reader is closed'));
    return Promise.resolve();
  }

  async #fetchPatiently(
    options: FetchOptions,
    wanted: readonly TopicPartition[],
  ): Promise<readonly Fetched[]> {
    const { clock } = this.#client;
    const startedMs = clock.nowMs();
    for (let waitMs = reconnectPatience.firstMs; ;) {
      try {
        return await this.#fetchOnce(options, wanted);
      } catch (error) {
        if (this.#isClosed) throw new Unavailable('The reader is closed');
        if (!(error instanceof Unavailable)) throw error;
        if (clock.nowMs() - startedMs >= fetchUnavailableAfterMs) throw error;
      }
      await clock.sleep(waitMs);
      waitMs = Math.min(waitMs * 2, reconnectPatience.mostMs);
    }
  }

  async #fetchOnce(
    options: FetchOptions,
    wanted: readonly TopicPartition[],
  ): Promise<readonly Fetched[]> {
    if (this.#isClosed) throw new Unavailable('The reader is closed');
    const from = wanted.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.#positions.of({ topic, partition }),
      incarnation: this.#incarnations.get(topic) ?? '',
    }));
    const sentAtBrokerMs = this.#client.brokerNowMs();
    const answer = await new Promise<readonly Fetched[]>((resolve, reject) => {
      this.#rejectPending = reject;
      this.#client.wire
        .call({
          kind: 'fetch',
          ...{ timeoutMs: options.maxWaitMs + requestTimeoutMs, isWrite: false },
          atBroker: () => this.#atBroker(from, options, sentAtBrokerMs),
        })
        .then(resolve, reject);
    });
    // What a seek has made pointless meanwhile is left out.
    const asked = answer.filter((one, at) => this.#positions.of(one) === from[at]?.offset);
    for (const one of asked) this.#positions.move(one, one.nextOffset);
    return asked;
  }

  #atBroker(
    from: readonly From[],
    options: FetchOptions,
    sentAtBrokerMs: number,
  ): readonly Fetched[] | Promise<readonly Fetched[]> {
    const { broker, scheduler } = this.#client.world;
    const fetch = { from, isolation: this.#isolation, sentAtBrokerMs };
    const bytesMax = options.maxBytesPerPartition;
    const read = (): readonly Fetched[] => broker.fetchNow({ ...fetch, bytesMax });
    const isNews = (answer: readonly Fetched[]): boolean =>
      answer.some((one, at) => one.nextOffset !== from[at]?.offset);
    const first = read();
    if (isNews(first) || options.maxWaitMs <= 0) return first;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const answer = (): void => {
        if (isOver) return;
        isOver = true;
        forget();
        try {
          resolve(read());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      // Everything appended anywhere wakes every reader, so that looking must cost nearly nothing.
      const look = (): void => {
        if (from.some((at) => broker.hasNews(at, this.#isolation))) answer();
        else forget = broker.onChange(look);
      };
      let forget = broker.onChange(look);
      scheduler.after(options.maxWaitMs, answer);
    });
  }
}
