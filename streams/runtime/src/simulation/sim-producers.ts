import type {
  Appended,
  EdgeProducer,
  MemoryTransactionSession,
  OutgoingRecord,
  TransactionSession,
} from '@plumbline/kafka';
import {
  chunkRecordsMax,
  edgeDeliveryTimeoutMs,
  farewellTimeoutMs,
  Fenced,
  NotCommitted,
  OutcomeUnknown,
  reconnectPatience,
  Unavailable,
} from '@plumbline/kafka';
import { ask, askWhileBusy, patiently, type Client } from './client.ts';
import { ReplyLost } from './wire.ts';

/** A transaction request by request: each may be lost, or be late, on its own. */
export class SimSession implements TransactionSession {
  readonly transactionalId: string;
  readonly #client: Client;
  readonly #broker: MemoryTransactionSession;
  #hasBegun = false;

  private constructor(client: Client, broker: MemoryTransactionSession) {
    this.transactionalId = broker.transactionalId;
    this.#client = client;
    this.#broker = broker;
  }

  static async open(client: Client, transactionalId: string): Promise<SimSession> {
    const { broker, history } = client.world;
    const session = await patiently(client, () =>
      askWhileBusy(client, `open ${transactionalId}`, (isLate) => {
        if (isLate) history.reached('a producer was opened late, by nobody');
        return broker.openTransactionSession(transactionalId);
      }),
    );
    return new SimSession(client, session);
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly Appended[]> {
    const { transactionalId } = this;
    const { history } = this.#client.world;
    this.#hasBegun = true;
    await askWhileBusy(this.#client, `begin ${transactionalId}`, (isLate) =>
      this.#counted(isLate, () => this.#broker.begin(records)),
    );
    return ask(
      this.#client,
      `produce ${transactionalId}`,
      async (isLate) => {
        const appended = await this.#counted(isLate, () => this.#broker.produce(records));
        if (isLate) history.reached('a transactional produce came late and was appended');
        return appended;
      },
      true,
    );
  }

  async commit(): Promise<void> {
    if (!this.#hasBegun) return;
    const { history } = this.#client.world;
    const fate = { hasHappened: false };
    try {
      await ask(
        this.#client,
        `commit ${this.transactionalId}`,
        async (isLate) => {
          await this.#counted(isLate, () => this.#broker.commit());
          fate.hasHappened = true;
          if (isLate) history.reached('a commit came late and counted');
        },
        true,
      );
      this.#hasBegun = false;
    } catch (error) {
      const text = `Commit of ${this.transactionalId}: ${String(error)}`;
      if (error instanceof ReplyLost) {
        history.reached(`a commit was unclear and had ${fate.hasHappened ? '' : 'not '}happened`);
        throw new OutcomeUnknown(text, { cause: error });
      }
      if (error instanceof Unavailable) throw new NotCommitted(text, { cause: error });
      throw error;
    }
  }

  /** At most a second, as the real one: others wait for what comes after it. */
  async abort(): Promise<void> {
    if (!this.#hasBegun) return;
    this.#hasBegun = false;
    const kind = `abort ${this.transactionalId}`;
    const asking = ask(this.#client, kind, () => this.#broker.abort(), true);
    asking.catch(() => undefined);
    await Promise.race([asking, this.#client.clock.sleep(farewellTimeoutMs)]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #counted<T>(isLate: boolean, atBroker: () => Promise<T>): Promise<T> {
    try {
      return await atBroker();
    } catch (error) {
      if (error instanceof Fenced) {
        const { history } = this.#client.world;
        history.reached(isLate ? 'a late request met a newer owner' : 'a zombie was fenced');
      }
      throw error;
    }
  }
}

interface Waiting {
  readonly record: OutgoingRecord;
  readonly untilMs: number;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

/** A client behind an edge repeats within this. */
const repeatedAfterMsMax = 3_000;

/** One request in flight; what came meanwhile is the next batch. */
export class SimEdgeProducer implements EdgeProducer {
  readonly #client: Client;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;
  #isClosed = false;

  constructor(client: Client) {
    this.#client = client;
  }

  send(record: OutgoingRecord): Promise<Appended> {
    if (this.#isClosed) return Promise.reject(new NotCommitted('The producer is closed'));
    return new Promise((resolve, reject) => {
      const untilMs = this.#client.clock.nowMs() + edgeDeliveryTimeoutMs;
      this.#waiting.push({ record, untilMs, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      queueMicrotask(() => void this.#run());
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    const left = new NotCommitted('The producer was closed before this was sent');
    for (const each of this.#waiting.splice(0)) each.reject(left);
    return Promise.resolve();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#produce(this.#waiting.splice(0, chunkRecordsMax));
    this.#isRunning = false;
  }

  async #produce(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await ask(this.#client, 'edge produce', () => this.#append(batch), true);
      batch.forEach((each, index) => {
        const answer = answers[index];
        if (answer === undefined || answer instanceof Error) {
          each.reject(new NotCommitted(answer?.message ?? 'No answer for this record'));
        } else each.resolve(answer);
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof ReplyLost) {
        this.#client.world.history.reached('an edge write was unclear');
        for (const each of batch) each.reject(new OutcomeUnknown(text, { cause: error }));
        return;
      }
      for (const each of batch) this.#again(each, text);
      await this.#client.clock.sleep(reconnectPatience.firstMs);
    }
  }

  #again(each: Waiting, why: string): void {
    if (!this.#isClosed && this.#client.clock.nowMs() < each.untilMs) this.#waiting.push(each);
    else each.reject(new NotCommitted(`Not sent: ${why}`));
  }

  #append(batch: readonly Waiting[]): readonly (Appended | Error)[] {
    const { broker, plan, history, scheduler } = this.#client.world;
    return batch.map(({ record }) => {
      try {
        const appended = broker.appendRaw(record);
        if (this.#client.random.chance(plan.edgeRepeated)) {
          scheduler.after(this.#client.random.between(0, repeatedAfterMsMax), () => {
            history.reached('an edge record came twice');
            broker.appendRaw(record);
          });
        }
        return appended;
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    });
  }
}
