import { PositionOutOfRange, Unavailable, UnknownTopic } from '../errors.ts';
import { apartFetchWaitMs, fetchUnavailableAfterMs, reconnectPatience } from '../limits.ts';
import type { Fetched, FetchOptions, Isolation, LogReader, TopicPartition } from '../log.ts';
import { Positions } from '../positions.ts';
import type { Cluster } from './cluster.ts';
import { toFetched } from './fetch-answer.ts';
import { FetchFlight } from './fetch-flight.ts';
import type { Address } from './link.ts';
import type { Links } from './links.ts';
import { sleep } from './patience.ts';

interface Lead {
  readonly address: Address;
  readonly partitions: TopicPartition[];
}

/**
 * Long polls, one connection and one request under way to each leading broker. A fetch answers as
 * soon as one broker brought something; what the others still wait for is taken by the next fetch.
 */
export class KafkaReader implements LogReader {
  readonly #cluster: Cluster;
  readonly #links: Links;
  readonly #isolation: Isolation;
  readonly #positions: Positions;
  /** The incarnation that was there when the reader was opened, by topic, as hex. */
  readonly #incarnations: ReadonlyMap<string, string>;
  readonly #brokerNowMs: () => number | null;
  /** By broker. */
  readonly #flights = new Map<string, FetchFlight>();
  readonly #failingSinceMs = new Map<string, number>();
  readonly #ending = new AbortController();
  #turn = 0;
  #fetching = false;

  constructor(options: {
    readonly cluster: Cluster;
    readonly isolation: Isolation;
    readonly from: readonly (TopicPartition & { readonly offset: bigint })[];
    readonly incarnations: ReadonlyMap<string, string>;
    readonly brokerNowMs: () => number | null;
  }) {
    this.#cluster = options.cluster;
    this.#links = options.cluster.ownLinks();
    this.#isolation = options.isolation;
    this.#positions = new Positions(options.from);
    this.#incarnations = options.incarnations;
    this.#brokerNowMs = options.brokerNowMs;
  }

  position(of: TopicPartition): bigint {
    return this.#positions.of(of);
  }

  stampMs(): number | null {
    return this.#brokerNowMs();
  }

  seek(to: TopicPartition & { readonly offset: bigint }): void {
    this.#positions.move(to, to.offset);
  }

  async fetch(options: FetchOptions, only?: readonly TopicPartition[]) {
    if (this.#fetching) throw new Error('fetch is not reentrant');
    this.#fetching = true;
    try {
      return await this.#fetchPatiently(options, only ?? this.#positions.all());
    } finally {
      this.#fetching = false;
    }
  }

  close(): Promise<void> {
    this.#ending.abort();
    this.#links.close();
    return Promise.resolve();
  }

  async #fetchPatiently(
    options: FetchOptions,
    wanted: readonly TopicPartition[],
  ): Promise<readonly Fetched[]> {
    const startedMs = performance.now();
    for (let waitMs = reconnectPatience.firstMs; ;) {
      try {
        return await this.#fetchOnce(options, wanted);
      } catch (error) {
        if (this.#ending.signal.aborted) throw new Unavailable('The reader is closed');
        // A broker that has just started may not know its topics yet.
        const passing = error instanceof Unavailable || error instanceof UnknownTopic;
        if (!passing) throw error;
        if (performance.now() - startedMs >= fetchUnavailableAfterMs) throw error;
        this.#cluster.forget(new Set(wanted.map(({ topic }) => topic)));
        await sleep(waitMs, this.#ending.signal);
        waitMs = Math.min(waitMs * 2, reconnectPatience.mostMs);
      }
    }
  }

  async #fetchOnce(
    options: FetchOptions,
    wanted: readonly TopicPartition[],
  ): Promise<readonly Fetched[]> {
    if (this.#ending.signal.aborted) throw new Unavailable('The reader is closed');
    const leads = await this.#leadsOf(wanted);
    const flying: { name: string; flight: FetchFlight }[] = [];
    const maxWaitMs =
      leads.size > 1 ? Math.min(options.maxWaitMs, apartFetchWaitMs) : options.maxWaitMs;
    for (const [name, lead] of leads) {
      const flight = this.#flights.get(name) ?? this.#send(lead, { ...options, maxWaitMs });
      this.#flights.set(name, flight);
      flying.push({ name, flight });
    }
    for (;;) {
      const landed = flying.filter(({ flight }) => flight.landed);
      const news = landed.some(({ flight }) => flight.bringsNews);
      if (news || landed.length === flying.length) return this.#take(landed, wanted);
      const inTheAir = flying.filter(({ flight }) => !flight.landed);
      await Promise.race(inTheAir.map(({ flight }) => flight.settled));
    }
  }

  async #leadsOf(wanted: readonly TopicPartition[]): Promise<ReadonlyMap<string, Lead>> {
    const missing = wanted.filter((at) => this.#cluster.leaderOf(at) === undefined);
    if (missing.length > 0) {
      await this.#cluster.describe([...new Set(missing.map(({ topic }) => topic))]);
      for (const at of missing) this.#failIfMadeAgain(at);
    }
    const leads = new Map<string, Lead>();
    for (const at of wanted) {
      const address = this.#cluster.leaderOf(at) ?? (await this.#cluster.findLeader(at));
      const name = `${address.host}:${address.port}`;
      const lead = leads.get(name) ?? { address, partitions: [] };
      leads.set(name, lead);
      lead.partitions.push(at);
    }
    return leads;
  }

  #failIfMadeAgain(at: TopicPartition): void {
    const now = this.#cluster.topicId(at.topic)?.toString('hex');
    if (now === undefined || now === this.#incarnations.get(at.topic)) return;
    const detail = 'the topic was deleted and made again since the reader was opened';
    throw new PositionOutOfRange({ ...at, offset: this.#positions.of(at), detail });
  }

  #send(lead: Lead, options: FetchOptions): FetchFlight {
    // The broker fills an answer from its front: nobody stays at the back for ever.
    this.#turn += 1;
    const first = this.#turn % lead.partitions.length;
    const rotated = [...lead.partitions.slice(first), ...lead.partitions.slice(0, first)];
    return new FetchFlight(this.#links, {
      address: lead.address,
      asked: rotated.map(({ topic, partition }) => ({
        topic,
        partition,
        offset: this.#positions.of({ topic, partition }),
      })),
      isolation: this.#isolation,
      options,
      incarnations: this.#incarnations,
      requestTimeoutMs: this.#cluster.options.requestTimeoutMs,
      brokerNowMs: this.#brokerNowMs,
    });
  }

  /** Positions move only when every answer was understood, so that an error loses nothing. */
  #take(
    landed: readonly { readonly name: string; readonly flight: FetchFlight }[],
    wanted: readonly TopicPartition[],
  ): readonly Fetched[] {
    let failure: Error | null = null;
    let lasting = false;
    for (const { name, flight } of landed) {
      this.#flights.delete(name);
      if (flight.error === null) {
        this.#failingSinceMs.delete(name);
        continue;
      }
      failure = flight.error;
      const nowMs = performance.now();
      const sinceMs = this.#failingSinceMs.get(name) ?? nowMs;
      this.#failingSinceMs.set(name, sinceMs);
      if (nowMs - sinceMs >= fetchUnavailableAfterMs) lasting = true;
      this.#cluster.forget(new Set(flight.asked.map(({ topic }) => topic)));
    }
    const fetched = landed.flatMap(({ flight }) => this.#understand(flight, wanted));
    // What one broker brought is not held back by another that is away for a moment.
    const progress = fetched.some((one) => one.nextOffset > this.#positions.of(one));
    if (failure !== null && (lasting || !progress)) throw failure;
    for (const one of fetched) this.#positions.move(one, one.nextOffset);
    return fetched;
  }

  /** Leaves out what a seek has made pointless, and what nobody asked for this time. */
  #understand(flight: FetchFlight, wanted: readonly TopicPartition[]): readonly Fetched[] {
    const { sentAtBrokerMs } = flight;
    return flight.answers().flatMap(({ asked, came }) => {
      const isWanted = wanted.some(
        (at) => at.topic === asked.topic && at.partition === asked.partition,
      );
      if (!isWanted || this.#positions.of(asked) !== asked.offset) return [];
      return [toFetched(came, { ...asked, isolation: this.#isolation, sentAtBrokerMs })];
    });
  }
}
