import { Fenced, NotCommitted, OutcomeUnknown, Unavailable } from '../errors.ts';
import { transactionTimeoutMs } from '../limits.ts';
import type { Appended, OutgoingRecord } from '../log.ts';
import type { TransactionSession } from '../transaction-session.ts';
import type { MemoryFault } from './memory-log.ts';
import type { MemoryPartition, MemoryTransaction } from './memory-partition.ts';

/** The requests that `send` consists of, so that a simulated network can come between them. */
export interface MemoryTransactionSession extends TransactionSession {
  /** AddPartitionsToTxn: opens the transaction, or takes more partitions into the open one. */
  begin(records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Produce: only into a transaction that is open and has the partitions, as brokers verify
   * (KIP-890, part 1). {@link NotCommitted}; {@link Fenced}.
   */
  produce(records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
}

/** A producer id's current owner. An older epoch is fenced. */
interface Owner {
  epoch: number;
  open: MemoryTransaction | null;
  timeoutMs: number;
  /** Markers of its last transaction that are still to be written. */
  markersDue: number;
}

interface Held {
  readonly transactionalId: string;
  readonly owner: Owner;
  readonly epoch: number;
}

/** What the coordinator needs of the log. */
interface TransactionHost {
  nowMs(): number;
  takeFault(fault: MemoryFault): boolean;
  /** {@link NotCommitted} when the record cannot be appended at all. */
  check(record: OutgoingRecord): MemoryPartition;
  append(record: OutgoingRecord, transaction: MemoryTransaction | null): Appended;
  wake(): void;
  writeMarker(write: () => void): void;
}

/** The transaction coordinator: who owns an id, what is open, and when it has been open too long. */
export class MemoryTransactions {
  readonly #host: TransactionHost;
  readonly #owners = new Map<string, Owner>();

  constructor(host: TransactionHost) {
    this.#host = host;
  }

  open(
    transactionalId: string,
    options: { readonly transactionTimeoutMs?: number } = {},
  ): MemoryTransactionSession {
    if (this.#host.takeFault('open-producer-unavailable')) {
      throw new Unavailable('Fault of the test');
    }
    const owner = this.#owners.get(transactionalId) ?? newOwner();
    this.#owners.set(transactionalId, owner);
    if (owner.open !== null) {
      this.#end(owner, 'aborted');
      // Fenced at once, though the new owner is told only when the markers are written.
      if (owner.markersDue > 0) owner.epoch += 1;
    }
    refuseWhileBusy(owner);
    owner.epoch += 1;
    owner.timeoutMs = options.transactionTimeoutMs ?? transactionTimeoutMs;
    return this.#session({ transactionalId, owner, epoch: owner.epoch });
  }

  /** The broker aborts what was left open, and fences the producer that left it so. */
  expire(): void {
    const nowMs = this.#host.nowMs();
    for (const owner of this.#owners.values()) {
      if (owner.open === null || owner.open.startedMs > nowMs - owner.timeoutMs) continue;
      this.#end(owner, 'aborted');
      owner.epoch += 1;
    }
  }

  #session(held: Held): MemoryTransactionSession {
    const begin = (records: readonly OutgoingRecord[]): void => this.#begin(held, records);
    const produce = (records: readonly OutgoingRecord[]): readonly Appended[] =>
      this.#produce(held, records);
    return {
      transactionalId: held.transactionalId,
      begin: (records) => attempt(() => begin(records)),
      produce: (records) => attempt(() => produce(records)),
      send: (records) =>
        attempt(() => {
          begin(records);
          return produce(records);
        }),
      commit: () => attempt(() => this.#finish(held, 'committed')),
      abort: () => attempt(() => this.#finish(held, 'aborted')),
      close: () => Promise.resolve(),
    };
  }

  #begin(held: Held, records: readonly OutgoingRecord[]): void {
    const { owner } = held;
    this.expire();
    openOf(held);
    refuseWhileBusy(owner);
    if (this.#host.takeFault('transact-refused')) throw new NotCommitted('Fault of the test');
    const partitions = records.map((record) => this.#host.check(record));
    const startedMs = this.#host.nowMs();
    owner.open ??= { status: 'open', startedMs, added: new Set(), touched: new Set() };
    for (const partition of partitions) owner.open.added.add(partition);
  }

  #produce(held: Held, records: readonly OutgoingRecord[]): readonly Appended[] {
    this.expire();
    const transaction = openOf(held);
    const isAdded = (record: OutgoingRecord): boolean =>
      transaction?.added.has(this.#host.check(record)) ?? false;
    if (!records.every(isAdded)) throw new NotCommitted('No open transaction has this partition');
    return records.map((record) => this.#host.append(record, transaction));
  }

  #finish(held: Held, status: 'committed' | 'aborted'): void {
    const isCommit = status === 'committed';
    if (openOf(held) === null) throw new NotCommitted('The broker has ended the transaction');
    if (isCommit && this.#host.takeFault('commit-lost')) {
      throw new OutcomeUnknown('Fault of the test: the commit was lost');
    }
    this.#end(held.owner, status);
    if (isCommit && this.#host.takeFault('commit-unknown')) {
      throw new OutcomeUnknown('Fault of the test: the answer was lost');
    }
  }

  #end(owner: Owner, status: 'committed' | 'aborted'): void {
    const transaction = owner.open;
    owner.open = null;
    if (transaction === null) return;
    transaction.status = status;
    owner.markersDue += transaction.touched.size;
    for (const partition of transaction.touched) {
      this.#host.writeMarker(() => {
        partition.mark(transaction);
        owner.markersDue -= 1;
        this.#host.wake();
      });
    }
  }
}

function newOwner(): Owner {
  return { epoch: -1, open: null, timeoutMs: transactionTimeoutMs, markersDue: 0 };
}

function openOf({ transactionalId, owner, epoch }: Held): MemoryTransaction | null {
  if (owner.epoch !== epoch) throw new Fenced(`${transactionalId} has a newer owner`);
  return owner.open;
}

/** As Kafka answers CONCURRENT_TRANSACTIONS. */
function refuseWhileBusy(owner: Owner): void {
  if (owner.markersDue > 0) throw new Unavailable('The last transaction is still being completed');
}

/** Runs at once, and turns what is thrown into a rejection. */
export function attempt<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(run());
  });
}
