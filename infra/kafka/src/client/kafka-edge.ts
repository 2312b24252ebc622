import { NotCommitted, OutcomeUnknown, Unavailable } from '../errors.ts';
import {
  chunkBytesMax,
  chunkRecordsMax,
  edgeDeliveryTimeoutMs,
  edgeQueueBytesMax,
  edgeQueueRecordsMax,
  farewellTimeoutMs,
  produceMarginMs,
  reconnectPatience,
} from '../limits.ts';
import type { Appended, EdgeProducer, OutgoingRecord } from '../log.ts';
import { refusalOf } from '../record-size.ts';
import { recordBytes } from '../wire/encode-batch.ts';
import { code, codeName } from '../wire/error-codes.ts';
import { produceRequest, type ProducedPartition } from '../wire/produce.ts';
import type { BrokerClock } from './broker-clock.ts';
import { byPartition, planRounds, type PartitionQueue, type Round } from './chunks.ts';
import type { Cluster } from './cluster.ts';
import { ReplyLost, type Address } from './link.ts';
import type { Links } from './links.ts';
import { sleep } from './patience.ts';

interface Waiting {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  readonly untilMs: number;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

/** What waits for one broker, or for its leader to be known. */
interface Lane {
  readonly address: Address | null;
  waiting: Waiting[];
  running: boolean;
}

/**
 * Answers after which the records may be in the log all the same: a leader that steps down, or
 * whose replicas do not follow, answers with an error after it has appended.
 */
const ambiguous: ReadonlySet<number> = new Set([
  -1,
  code.notLeaderOrFollower,
  code.requestTimedOut,
  code.networkException,
  code.notEnoughReplicasAfterAppend,
  code.storageError,
]);

/**
 * Batches are what queued while the last request was under way: one request to a broker at a time,
 * no linger. Never repeats what may have arrived; a record that was certainly not sent waits for
 * its broker until its time is up.
 */
export class KafkaEdgeProducer implements EdgeProducer {
  readonly #cluster: Cluster;
  readonly #clock: BrokerClock;
  readonly #links: Links;
  readonly #lanes = new Map<string, Lane>();
  readonly #ending = new AbortController();
  #queued = 0;
  #queuedBytes = 0;
  #closed = false;
  #whenIdle: (() => void) | null = null;

  constructor(options: { readonly cluster: Cluster; readonly clock: BrokerClock }) {
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#links = options.cluster.ownLinks();
  }

  send(record: OutgoingRecord): Promise<Appended> {
    if (this.#closed) return Promise.reject(new NotCommitted('The producer is closed'));
    const refusal = refusalOf(record);
    if (refusal !== null) return Promise.reject(refusal);
    const bytes = recordBytes(record);
    const full =
      this.#queued >= edgeQueueRecordsMax || this.#queuedBytes + bytes > edgeQueueBytesMax;
    if (full) {
      const text = `${this.#queued} records wait for the brokers already: too many`;
      return Promise.reject(new NotCommitted(text));
    }
    return new Promise((resolve, reject) => {
      this.#queued += 1;
      this.#queuedBytes += bytes;
      const untilMs = performance.now() + edgeDeliveryTimeoutMs;
      this.#place({ record, bytes, untilMs, resolve, reject });
    });
  }

  /** Waits a moment for answers; what is left then has an unknown outcome or was never sent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queued > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
      await Promise.race([idle, sleep(farewellTimeoutMs, this.#ending.signal)]);
    }
    this.#ending.abort();
    this.#links.close();
    for (const lane of this.#lanes.values()) {
      for (const each of lane.waiting.splice(0)) {
        this.#settle(each, new NotCommitted('The producer was closed before this was sent'));
      }
    }
  }

  #place(waiting: Waiting): void {
    const address = this.#cluster.leaderOf(waiting.record) ?? null;
    const name = address === null ? '' : `${address.host}:${address.port}`;
    const lane = this.#lanes.get(name) ?? { address, waiting: [], running: false };
    this.#lanes.set(name, lane);
    lane.waiting.push(waiting);
    if (lane.running) return;
    lane.running = true;
    // After this turn of the event loop, so that records sent together travel together.
    queueMicrotask(() => void this.#run(lane));
  }

  async #run(lane: Lane): Promise<void> {
    for (let waitMs = 0; lane.waiting.length > 0 && !this.#ending.signal.aborted;) {
      const { address } = lane;
      const batch = this.#takeBatch(lane);
      const again =
        address === null ? await this.#find(batch) : await this.#produce(address, batch);
      waitMs = again ? Math.min(Math.max(waitMs * 2, reconnectPatience.firstMs), 500) : 0;
      if (again) await sleep(waitMs, this.#ending.signal);
    }
    lane.running = false;
  }

  #takeBatch(lane: Lane): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const each of lane.waiting) {
      bytes += each.bytes;
      if (count > 0 && (count >= chunkRecordsMax || bytes > chunkBytesMax)) break;
      count += 1;
    }
    return lane.waiting.splice(0, count);
  }

  /** Looks leaders up and moves the records to their lanes. True when that has to wait. */
  async #find(batch: readonly Waiting[]): Promise<boolean> {
    const found = new Map<string, Error | null>();
    for (const { record } of batch) {
      const name = `${record.topic}-${record.partition}`;
      if (found.has(name)) continue;
      const failure = await this.#cluster.findLeader(record).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      found.set(name, failure);
    }
    let again = false;
    for (const each of batch) {
      const failure = found.get(`${each.record.topic}-${each.record.partition}`) ?? null;
      if (failure === null) this.#place(each);
      else if (failure instanceof Unavailable) again = this.#retry(each, failure) || again;
      else this.#settle(each, new NotCommitted(failure.message, { cause: failure }));
    }
    return again;
  }

  #retry(each: Waiting, failure: Error): boolean {
    if (performance.now() >= each.untilMs || this.#ending.signal.aborted) {
      this.#settle(each, new NotCommitted(`Not sent: ${failure.message}`, { cause: failure }));
      return false;
    }
    this.#place(each);
    return true;
  }

  async #produce(address: Address, batch: readonly Waiting[]): Promise<boolean> {
    const queues = byPartition(batch.map(({ record }) => record));
    const { requestTimeoutMs } = this.#cluster.options;
    // The batch is within one chunk's limits, so one round takes all of it.
    const [round] = planRounds(queues, { recordsMax: chunkRecordsMax, bytesMax: Infinity });
    if (round === undefined) return false;
    const request = produceRequest({
      transactionalId: null,
      timeoutMs: Math.max(produceMarginMs, requestTimeoutMs - produceMarginMs),
      topics: queues.map((queue) => ({
        topic: queue.topic,
        partitions: [{ partition: queue.partition, ...round.sliceOf(queue), producer: null }],
      })),
    });
    try {
      const link = await this.#links.to(address);
      const produced = await link.call(request);
      this.#answer({ address, batch, queues, round, produced });
      return false;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#cluster.forget(new Set(queues.map(({ topic }) => topic)));
      if (failure instanceof ReplyLost) {
        const unknown = new OutcomeUnknown(`No answer: ${failure.message}`, { cause: failure });
        for (const each of batch) this.#settle(each, unknown);
        return false;
      }
      if (failure instanceof Unavailable) {
        const retried = batch.map((each) => this.#retry(each, failure));
        return retried.includes(true);
      }
      const refused = new NotCommitted(failure.message, { cause: failure });
      for (const each of batch) this.#settle(each, refused);
      return false;
    }
  }

  #answer(of: {
    address: Address;
    batch: readonly Waiting[];
    queues: readonly PartitionQueue[];
    round: Round;
    produced: readonly ProducedPartition[];
  }): void {
    for (const { topic, partition, name, indexes } of of.queues) {
      const answer = of.produced.find(
        (each) => each.topic === topic && each.partition === partition,
      );
      const errorCode = answer?.errorCode ?? code.networkException;
      if (answer === undefined || errorCode !== code.none) {
        this.#cluster.forget([topic]);
        const text = `${name}: ${codeName(errorCode)}`;
        const error = ambiguous.has(errorCode) ? new OutcomeUnknown(text) : new NotCommitted(text);
        for (const index of indexes) this.#settle(of.batch[index], error);
        continue;
      }
      this.#clock.observe(`${of.address.host}:${of.address.port}`, answer.appendTimeMs);
      const appendTimeMs = answer.appendTimeMs < 0 ? null : answer.appendTimeMs;
      indexes.forEach((place, position) => {
        const baseOffset = answer.baseOffset + BigInt(position);
        this.#settle(of.batch[place], { topic, partition, baseOffset, appendTimeMs });
      });
    }
  }

  #settle(each: Waiting | undefined, outcome: Appended | Error): void {
    if (each === undefined) return;
    this.#queued -= 1;
    this.#queuedBytes -= each.bytes;
    if (outcome instanceof Error) each.reject(outcome);
    else each.resolve(outcome);
    if (this.#queued === 0) this.#whenIdle?.();
  }
}
