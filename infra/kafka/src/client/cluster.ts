import { Unavailable, UnknownTopic } from '../errors.ts';
import type { TopicPartition } from '../log.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { metadataRequest, type Metadata, type TopicMetadata } from '../wire/metadata.ts';
import { findCoordinatorRequest } from '../wire/transactions.ts';
import type { WireRequest } from '../wire/request.ts';
import { NotSent, type Address, type LinkOptions } from './link.ts';
import { Links } from './links.ts';
import { withPatience, type Patience } from './patience.ts';

const once: Patience = { firstMs: 0, mostMs: 0, totalMs: 0 };

/** What is known of a topic until metadata is asked for again. */
interface KnownTopic {
  readonly id: Buffer;
  readonly leaders: ReadonlyMap<number, number>;
}

/** Who leads what, and a connection for short questions that everybody shares. */
export class Cluster {
  readonly options: LinkOptions;
  readonly #bootstrap: readonly Address[];
  readonly #shared: Links;
  readonly #ending = new AbortController();
  readonly #brokers = new Map<number, Address>();
  readonly #topics = new Map<string, KnownTopic>();
  #nextBootstrap = 0;

  constructor(brokers: readonly string[], options: LinkOptions) {
    this.options = options;
    this.#bootstrap = brokers.map(parseAddress);
    this.#shared = new Links(options);
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Connections that belong to one user alone. */
  ownLinks(): Links {
    return new Links(this.options);
  }

  close(): void {
    this.#ending.abort();
    this.#shared.close();
  }

  /**
   * Asks for metadata now and remembers it. {@link UnknownTopic} when one does not exist. Asks once
   * unless it is told to be patient: those who ask in the middle of things have their own patience.
   */
  async describe(
    topics: readonly string[],
    patience: Patience = once,
  ): Promise<readonly TopicMetadata[]> {
    const metadata = await this.#ask(topics, patience);
    for (const topic of metadata.topics) {
      if (topic.errorCode === code.none || topic.errorCode === code.leaderNotAvailable) continue;
      this.#topics.delete(topic.name);
      if (
        topic.errorCode === code.unknownTopicOrPartition ||
        topic.errorCode === code.invalidTopic
      ) {
        throw new UnknownTopic(`There is no topic ${topic.name}`);
      }
      throw new Error(`Topic ${topic.name}: ${codeName(topic.errorCode)}`);
    }
    return metadata.topics;
  }

  /** From memory; `undefined` when it has to be asked for. */
  leaderOf(at: TopicPartition): Address | undefined {
    const leader = this.#topics.get(at.topic)?.leaders.get(at.partition);
    return leader === undefined ? undefined : this.#brokers.get(leader);
  }

  topicId(topic: string): Buffer | undefined {
    return this.#topics.get(topic)?.id;
  }

  /** The leader, asked for if need be. {@link Unavailable} when it has none right now. */
  async findLeader(at: TopicPartition): Promise<Address> {
    const known = this.leaderOf(at);
    if (known !== undefined) return known;
    await this.describe([at.topic]);
    const found = this.leaderOf(at);
    if (found !== undefined) return found;
    if (this.#topics.get(at.topic)?.leaders.has(at.partition) !== true) {
      throw new UnknownTopic(`There is no partition ${at.topic}-${at.partition}`);
    }
    throw new Unavailable(`${at.topic}-${at.partition} has no leader`);
  }

  /** Drops what is known of the topics' leaders, so that they are asked for again. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.#topics.delete(topic);
  }

  /** {@link Unavailable} while there is none. */
  async findCoordinator(of: { readonly key: string; readonly type: number }): Promise<Address> {
    const found = await this.callAny(findCoordinatorRequest(of));
    if (found.errorCode === code.none) return { host: found.host, port: found.port };
    const text = `Coordinator of ${of.key}: ${codeName(found.errorCode)}`;
    const soon: readonly number[] = [code.coordinatorNotAvailable, code.coordinatorLoading];
    if (soon.includes(found.errorCode)) throw new Unavailable(text);
    throw new Error(text);
  }

  /** A short request to the leader of a partition, on the shared connection. */
  async callLeader<Answer>(at: TopicPartition, request: WireRequest<Answer>): Promise<Answer> {
    return this.callAt(await this.findLeader(at), request);
  }

  /** A short request to one broker, on the shared connection. */
  async callAt<Answer>(broker: Address, request: WireRequest<Answer>): Promise<Answer> {
    const link = await this.#shared.to(broker);
    return link.call(request);
  }

  /** A short request to whichever broker answers. */
  async callAny<Answer>(request: WireRequest<Answer>): Promise<Answer> {
    const candidates = [...this.#brokers.values(), ...this.#bootstrap];
    this.#nextBootstrap += 1;
    let last: unknown;
    for (let index = 0; index < candidates.length; index += 1) {
      const turn = (this.#nextBootstrap + index) % candidates.length;
      const address = candidates[turn];
      if (address === undefined || this.signal.aborted) break;
      try {
        const link = await this.#shared.to(address);
        return await link.call(request);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        last = error;
      }
    }
    throw last instanceof Error ? last : new NotSent('The log is closed');
  }

  async #ask(topics: readonly string[], patience: Patience): Promise<Metadata> {
    const request = metadataRequest(topics);
    const metadata = await withPatience(() => this.callAny(request), patience, this.signal);
    for (const { nodeId, host, port } of metadata.brokers)
      this.#brokers.set(nodeId, { host, port });
    const alive = new Set(metadata.brokers.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#brokers.keys()) {
      if (!alive.has(nodeId)) this.#brokers.delete(nodeId);
    }
    for (const { name, id, partitions } of metadata.topics) {
      const leaders = new Map(partitions.map(({ index, leader }) => [index, leader]));
      this.#topics.set(name, { id, leaders });
    }
    return metadata;
  }
}

function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon <= 0 || !Number.isInteger(port) || port <= 0) {
    throw new Error(`"${text}" is no broker address: host:port`);
  }
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port };
}
