import { Fenced, NotCommitted, OutcomeUnknown, Unavailable } from '../errors.ts';
import {
  chunkBytesMax,
  chunkRecordsMax,
  concurrentTransactionsPatience,
  farewellTimeoutMs,
  produceMarginMs,
  reconnectPatience,
  transactionTimeoutMs,
} from '../limits.ts';
import type { Appended, OutgoingRecord } from '../log.ts';
import { refusalOf } from '../record-size.ts';
import type { TransactionSession } from '../transaction-session.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { produceRequest, type ProducedPartition } from '../wire/produce.ts';
import type { WireRequest } from '../wire/request.ts';
import {
  addPartitionsRequest,
  coordinatorOf,
  endTxnRequest,
  initProducerIdRequest,
  type ProducerIdentity,
} from '../wire/transactions.ts';
import type { BrokerClock } from './broker-clock.ts';
import { planRounds, byPartition, type PartitionQueue, type Round } from './chunks.ts';
import type { Cluster } from './cluster.ts';
import { ReplyLost, type Address } from './link.ts';
import type { Links } from './links.ts';
import { sleep, withPatience } from './patience.ts';

const MAX_SEQUENCE = 0x7fffffff;

/** Answers of the coordinator that mean "ask again soon" and never "done". */
const soon: ReadonlySet<number> = new Set([code.concurrentTransactions, code.coordinatorLoading]);

/**
 * A transaction step by step over the protocol of KIP-98, as it was before KIP-890. Every request
 * waits for the answer of the one before; after any error the session is of no use.
 */
export class KafkaTransactionSession implements TransactionSession {
  readonly transactionalId: string;
  readonly #cluster: Cluster;
  readonly #clock: BrokerClock;
  readonly #links: Links;
  readonly #identity: ProducerIdentity;
  readonly #coordinator: Address;
  readonly #ending: AbortController;
  /** The next sequence number of each partition, kept from one transaction to the next. */
  readonly #sequences = new Map<string, number>();
  readonly #added = new Set<string>();

  private constructor(options: {
    cluster: Cluster;
    clock: BrokerClock;
    links: Links;
    identity: ProducerIdentity;
    coordinator: Address;
    ending: AbortController;
  }) {
    this.transactionalId = options.identity.transactionalId;
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#links = options.links;
    this.#identity = options.identity;
    this.#coordinator = options.coordinator;
    this.#ending = options.ending;
  }

  /**
   * Initialises the id: fences whoever held it and ends what it left open. {@link Fenced} when a
   * newer owner came at the same time; {@link Unavailable} when no coordinator answers in time.
   */
  static async open(options: {
    readonly transactionalId: string;
    readonly cluster: Cluster;
    readonly clock: BrokerClock;
    readonly transactionTimeoutMs?: number;
    readonly onOpening?: (links: Links) => void;
  }): Promise<KafkaTransactionSession> {
    const { transactionalId, cluster, clock } = options;
    const links = cluster.ownLinks();
    options.onOpening?.(links);
    const timeoutMs = options.transactionTimeoutMs ?? transactionTimeoutMs;
    const init = initProducerIdRequest({ transactionalId, transactionTimeoutMs: timeoutMs });
    const of = { key: transactionalId, type: coordinatorOf.transaction };
    const attempt = async () => {
      const coordinator = await cluster.findCoordinator(of);
      const link = await links.to(coordinator);
      const until = performance.now() + concurrentTransactionsPatience.totalMs;
      for (let waitMs = concurrentTransactionsPatience.firstMs; ;) {
        const answer = await link.call(init);
        if (answer.errorCode === code.none) return { answer, coordinator };
        const text = `Opening ${transactionalId}: ${codeName(answer.errorCode)}`;
        failIfFenced(answer.errorCode, transactionalId);
        if (!isPassing(answer.errorCode)) throw new Error(text);
        if (!soon.has(answer.errorCode) || performance.now() >= until) throw new Unavailable(text);
        await sleep(waitMs, cluster.signal);
        waitMs = Math.min(waitMs * 2, concurrentTransactionsPatience.mostMs);
      }
    };
    try {
      const { answer, coordinator } = await withPatience(
        attempt,
        reconnectPatience,
        cluster.signal,
      );
      const { producerId, producerEpoch } = answer;
      const identity = { transactionalId, producerId, producerEpoch };
      const ending = new AbortController();
      return new KafkaTransactionSession({ cluster, clock, links, identity, coordinator, ending });
    } catch (error) {
      links.close();
      throw error;
    }
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly Appended[]> {
    for (const record of records) {
      const refusal = refusalOf(record);
      if (refusal !== null) throw refusal;
    }
    const queues = byPartition(records);
    await this.#addPartitions(queues);
    const appended = new Array<Appended>(records.length);
    const rounds = planRounds(queues, { recordsMax: chunkRecordsMax, bytesMax: chunkBytesMax });
    for (const round of rounds) await this.#produce(round, appended);
    return appended;
  }

  async commit(): Promise<void> {
    if (this.#added.size === 0) return;
    let answer: number;
    try {
      answer = await this.#askCoordinator(endTxnRequest(this.#identity, 'commit'));
    } catch (error) {
      const lost = error instanceof ReplyLost;
      const text = `Commit of ${this.transactionalId}: ${messageOf(error)}`;
      throw lost ? new OutcomeUnknown(text, { cause: error }) : notCommitted(text, error);
    }
    this.#added.clear();
    if (answer === code.none) return;
    failIfFenced(answer, this.transactionalId);
    const text = `Commit of ${this.transactionalId}: ${codeName(answer)}`;
    // The coordinator may have decided before it failed, so that only these answers are clear.
    const certainlyNot: readonly number[] = [
      code.invalidTxnState,
      code.invalidProducerIdMapping,
      code.transactionalIdAuthorizationFailed,
    ];
    throw certainlyNot.includes(answer) ? new NotCommitted(text) : new OutcomeUnknown(text);
  }

  async abort(): Promise<void> {
    if (this.#added.size === 0) return;
    const asking = this.#askCoordinator(endTxnRequest(this.#identity, 'abort'));
    const answer = await Promise.race([
      asking,
      sleep(farewellTimeoutMs, this.#ending.signal).then(() => code.requestTimedOut),
    ]);
    asking.catch(() => undefined);
    this.#added.clear();
    failIfFenced(answer, this.transactionalId);
    if (answer !== code.none) {
      throw new Unavailable(`Abort of ${this.transactionalId}: ${codeName(answer)}`);
    }
  }

  close(): Promise<void> {
    this.#ending.abort();
    this.#links.close();
    return Promise.resolve();
  }

  async #addPartitions(queues: readonly PartitionQueue[]): Promise<void> {
    const added = queues.filter(({ name }) => !this.#added.has(name));
    if (added.length === 0) return;
    const topics = new Map<string, number[]>();
    for (const { topic, partition, name } of added) {
      // Before the answer: a request whose answer is lost may have opened the transaction.
      this.#added.add(name);
      const partitions = topics.get(topic) ?? [];
      topics.set(topic, partitions);
      partitions.push(partition);
    }
    const answer = await this.#askCoordinator(
      addPartitionsRequest(
        this.#identity,
        [...topics].map(([topic, partitions]) => ({ topic, partitions })),
      ),
    );
    failIfFenced(answer, this.transactionalId);
    if (answer === code.none) return;
    const where = [...topics.keys()].join(', ');
    throw new NotCommitted(
      `Transaction of ${this.transactionalId} on ${where}: ${codeName(answer)}`,
    );
  }

  async #askCoordinator(request: WireRequest<number>): Promise<number> {
    const link = await this.#links.to(this.#coordinator);
    const patience = concurrentTransactionsPatience;
    const until = performance.now() + patience.totalMs;
    for (let waitMs = patience.firstMs; ; waitMs = Math.min(waitMs * 2, patience.mostMs)) {
      const answer = await link.call(request);
      if (!soon.has(answer) || performance.now() >= until) return answer;
      if (this.#ending.signal.aborted) return answer;
      await sleep(waitMs, this.#ending.signal);
    }
  }

  /** One chunk of every partition that has one left; one request after the other. */
  async #produce(round: Round, appended: Appended[]): Promise<void> {
    const byLeader = new Map<string, { leader: Address; queues: PartitionQueue[] }>();
    for (const queue of round.queues) {
      const leader = await this.#cluster.findLeader(queue);
      const broker = `${leader.host}:${leader.port}`;
      const led = byLeader.get(broker) ?? { leader, queues: [] };
      byLeader.set(broker, led);
      led.queues.push(queue);
    }
    for (const [broker, { leader, queues }] of byLeader) {
      const link = await this.#links.to(leader);
      const { requestTimeoutMs } = this.#cluster.options;
      const produced = await link.call(
        produceRequest({
          transactionalId: this.transactionalId,
          timeoutMs: Math.max(produceMarginMs, requestTimeoutMs - produceMarginMs),
          topics: queues.map((queue) => ({
            topic: queue.topic,
            partitions: [
              {
                partition: queue.partition,
                ...round.sliceOf(queue),
                producer: {
                  producerId: this.#identity.producerId,
                  producerEpoch: this.#identity.producerEpoch,
                  baseSequence: this.#sequences.get(queue.name) ?? 0,
                },
              },
            ],
          })),
        }),
      );
      for (const queue of queues) this.#acknowledge({ queue, round, produced, appended, broker });
    }
  }

  #acknowledge(of: {
    queue: PartitionQueue;
    round: Round;
    produced: readonly ProducedPartition[];
    appended: Appended[];
    broker: string;
  }): void {
    const { topic, partition, name, indexes } = of.queue;
    const answer = of.produced.find((each) => each.topic === topic && each.partition === partition);
    const errorCode = answer?.errorCode ?? code.networkException;
    failIfFenced(errorCode, this.transactionalId);
    if (answer === undefined || errorCode !== code.none) {
      this.#cluster.forget([topic]);
      throw new NotCommitted(
        `Transaction of ${this.transactionalId} on ${name}: ${codeName(errorCode)}`,
      );
    }
    this.#clock.observe(of.broker, answer.appendTimeMs);
    const { from, to } = of.round.sliceOf(of.queue);
    const appendTimeMs = answer.appendTimeMs < 0 ? null : answer.appendTimeMs;
    for (let index = from; index < to; index += 1) {
      const baseOffset = answer.baseOffset + BigInt(index - from);
      const place = indexes[index];
      if (place !== undefined) of.appended[place] = { topic, partition, baseOffset, appendTimeMs };
    }
    const next = (this.#sequences.get(name) ?? 0) + (to - from);
    // Sequence numbers are 0 … 2³¹ - 1 and go round.
    this.#sequences.set(name, next > MAX_SEQUENCE ? next - MAX_SEQUENCE - 1 : next);
  }
}

function isPassing(errorCode: number): boolean {
  const moved: readonly number[] = [code.coordinatorNotAvailable, code.notCoordinator];
  return soon.has(errorCode) || moved.includes(errorCode);
}

function failIfFenced(errorCode: number, transactionalId: string): void {
  if (errorCode !== code.invalidProducerEpoch && errorCode !== code.producerFenced) return;
  throw new Fenced(`${transactionalId} has a newer owner, or its transaction timed out`);
}

function notCommitted(text: string, cause: unknown): Error {
  return new NotCommitted(text, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
