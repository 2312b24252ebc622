import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, CommandOutcome } from '@plumbline/events';
import { encodeEnvelope } from '@plumbline/events';
import type { EdgeProducer, Log, OutgoingRecord } from '@plumbline/kafka';
import { NotCommitted } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { invariant, partitionOfRecordKey } from '@plumbline/kernel';
import type { Logger, Metrics } from '@plumbline/observability';
import {
  commandsInFlightMax,
  outcomeWaitMs,
  repeatWriteMs,
  versionsRememberedMax,
} from '../limits.ts';
import { Overloaded, WriteFailed, WriteUnknown } from './errors.ts';
import { measurementsOf } from './measurements.ts';
import { openOutcomeTail } from './outcome-tail.ts';
import { createVersionMemory } from './version-memory.ts';

export interface Command {
  /** Record key; the routing key, or a payment number where nothing else is known. */
  readonly key: string;
  /** That of the key, or of the slot inside it, unless given. */
  readonly partition?: number;
  /** The same for every repeat: it is how a repeat is recognised. */
  readonly id: string;
  readonly payload: Payload;
  /** What it is about: order number, payment number. */
  readonly subject: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** `api:<client>`, `operator:<subject>`, `gateway:<name>`. */
  readonly actor: string;
  readonly traceparent?: string;
}

export type Executed =
  | { readonly kind: 'decided'; readonly outcome: CommandOutcome }
  /** Durable, and no outcome within the wait. */
  | { readonly kind: 'pending' };

export interface CommandGatewayOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `/plumbline/<process>` */
  readonly source: string;
  readonly commandsTopic: string;
  readonly outcomesTopic: string;
  readonly partitions: number;
  /** How long a command waits for its outcome, its write included. 5 s unless given. */
  readonly waitMs?: number;
  /** Commands under way at once, 200 unless given. */
  readonly inFlightMax?: number;
  /** The wall clock, for `ce_time`, which is business time and decides nothing. */
  readonly nowMs?: () => number;
}

export interface CommandGateway {
  /**
   * Writes the command and waits for its decision.
   *
   * Errors: {@link Overloaded} and {@link WriteFailed}: nothing was written. {@link WriteUnknown}:
   * it may have been; repeating it with the same id loses nothing and decides nothing twice.
   */
  execute(command: Command): Promise<Executed>;
  /**
   * Whether it takes commands. Outcomes that cannot be read for a moment do not change that: every
   * edge loses the same broker at the same time, and what is taken meanwhile is answered after it.
   */
  ready(): boolean;
  /**
   * The newest version of an aggregate seen in any outcome, by record key; `null` for a key not
   * among the 10,000 seen last. A read model at this version or above shows what was answered.
   */
  lastSeenVersion(key: string): bigint | null;
  /** Answers what is under way as pending or unknown, and lets go of the log. */
  close(): Promise<void>;
}

/** What is known of a write. `unknown` stays so even if a repeat of it is known to have failed. */
type Fate =
  | { readonly kind: 'written' }
  | { readonly kind: 'unknown'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

type Waiter = (outcome: CommandOutcome | null) => void;

/**
 * One writer of commands and one reader of outcomes for a process. Resolves when the reader has its
 * positions, so that no outcome of a command written through it can be missed.
 */
export async function createCommandGateway(
  options: CommandGatewayOptions,
): Promise<CommandGateway> {
  const { log, codec, commandsTopic, outcomesTopic, partitions } = options;
  const waitMs = options.waitMs ?? outcomeWaitMs;
  const inFlightMax = options.inFlightMax ?? commandsInFlightMax;
  await checkTopics(options);
  await codec.prepare([commandsTopic]);
  const waiting = createWaiting();
  const versions = createVersionMemory(versionsRememberedMax);
  let inFlight = 0;
  let closed = false;
  const measure = measurementsOf(options.metrics, commandsTopic);
  const tail = await openOutcomeTail({
    log,
    codec,
    logger: options.logger,
    topic: outcomesTopic,
    partitions,
    onOutcome: (key, outcome) => {
      versions.see(key, outcome.aggregateVersion);
      waiting.answer(outcome);
    },
    onGap: () => versions.clear(),
  });
  const producer = await log.openEdgeProducer().catch(async (error: unknown) => {
    await tail.close();
    throw error;
  });

  // Beyond the time that a caller waits, none would be answered.
  const readsOutcomes = () => tail.downForMs() <= waitMs;

  function admit(): void {
    if (closed) throw new WriteFailed('the gateway is closed');
    if (inFlight >= inFlightMax)
      throw new Overloaded(`${inFlight} commands are under way, the limit is ${inFlightMax}`);
    if (!readsOutcomes()) throw new WriteFailed(`outcomes of ${outcomesTopic} cannot be read`);
  }

  async function writeAndWait(command: Command): Promise<Executed> {
    const record = recordOf(command, options);
    const outcome = waiting.begin(command.id, waitMs);
    measure.inFlight((inFlight += 1));
    let fate: Fate | null = null;
    const writing = write(producer, record, () => outcome.over()).then((known) => (fate = known));
    const refused = writing.then((known) =>
      known.kind === 'failed' ? known : outcome.promise.then(() => null),
    );
    try {
      const first = await Promise.race([outcome.promise, refused]);
      if (first && 'commandId' in first) return { kind: 'decided', outcome: first };
    } finally {
      outcome.end();
      // The slot is taken until the write has ended as well: a log that hangs must fill the edge
      // up, so that it refuses, and not pile up writes.
      void writing.then(() => measure.inFlight((inFlight -= 1)));
    }
    return undecided(fate, command.id);
  }

  return {
    execute: async (command) => {
      const done = measure.begin();
      try {
        admit();
        const executed = await writeAndWait(command);
        done(executed.kind);
        return executed;
      } catch (error) {
        done(error instanceof Error ? error.name : 'error');
        throw error;
      }
    },
    ready: () => !closed && readsOutcomes(),
    lastSeenVersion: (key) => versions.lastSeen(key),
    close: async () => {
      closed = true;
      waiting.giveUp();
      await tail.close();
      await producer.close();
    },
  };
}

/** What there is to say when no outcome has come. */
function undecided(fate: Fate | null, id: string): Executed {
  if (fate?.kind === 'written') return { kind: 'pending' };
  if (fate?.kind === 'failed')
    throw new WriteFailed(`command ${id} was not written`, { cause: fate.error });
  const message = `it is unknown whether command ${id} was written; repeat it with the same id`;
  throw new WriteUnknown(message, fate ? { cause: fate.error } : {});
}

/**
 * Sends a record, and the very same once more if the first answer was lost: its command id makes
 * the repeat harmless. Never rejects.
 */
async function write(
  producer: EdgeProducer,
  record: OutgoingRecord,
  over: () => boolean,
): Promise<Fate> {
  try {
    await producer.send(record);
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof NotCommitted) return { kind: 'failed', error };
  }
  await sleep(repeatWriteMs);
  // Answered meanwhile, or nobody waits any more: then the client's own repeat will do.
  if (over()) return { kind: 'unknown', error: new Error('the answer to the write was lost') };
  try {
    await producer.send(record);
    return { kind: 'written' };
  } catch (error) {
    // That the repeat failed says nothing about the first.
    return { kind: 'unknown', error };
  }
}

function recordOf(command: Command, options: CommandGatewayOptions): OutgoingRecord {
  const { partitions, commandsTopic, source } = options;
  const partition = command.partition ?? partitionOfRecordKey(command.key, partitions);
  invariant(partition >= 0 && partition < partitions, `there is no partition ${partition}`);
  const headers = encodeEnvelope({
    id: command.id,
    type: command.payload.type,
    source,
    subject: command.subject,
    timeMs: (options.nowMs ?? Date.now)(),
    correlationId: command.correlationId,
    causationId: command.causationId ?? null,
    actor: command.actor,
    aggregateVersion: null,
    previousHash: null,
    subjectKeyId: null,
    traceparent: command.traceparent ?? null,
  });
  const value = options.codec.encode(commandsTopic, command.payload);
  return { topic: commandsTopic, partition, key: Buffer.from(command.key, 'utf8'), value, headers };
}

/** Who waits for which command. The same id may be waited for several times: clients repeat. */
function createWaiting() {
  const byCommand = new Map<string, Set<Waiter>>();
  return {
    answer: (outcome: CommandOutcome): void => {
      for (const waiter of [...(byCommand.get(outcome.commandId) ?? [])]) waiter(outcome);
    },
    giveUp: (): void => {
      for (const waiter of [...byCommand.values()].flatMap((set) => [...set])) waiter(null);
    },
    /** `null` after the wait. It must be ended. */
    begin: (id: string, waitMs: number) => {
      const waiters = byCommand.get(id) ?? new Set<Waiter>();
      byCommand.set(id, waiters);
      const { promise, resolve } = withResolver<CommandOutcome | null>();
      let over = false;
      const end = (outcome: CommandOutcome | null): void => {
        over = true;
        clearTimeout(timer);
        waiters.delete(end);
        if (waiters.size === 0) byCommand.delete(id);
        resolve(outcome);
      };
      waiters.add(end);
      const timer = setTimeout(() => end(null), waitMs);
      return { promise, over: () => over, end: () => end(null) };
    },
  };
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A wrong partition count would send commands to tasks that refuse them. */
async function checkTopics(options: CommandGatewayOptions): Promise<void> {
  const { log, commandsTopic, outcomesTopic, partitions } = options;
  for (const topic of await log.describeTopics([commandsTopic, outcomesTopic])) {
    if (topic.partitions !== partitions)
      throw new Error(
        `${topic.topic} has ${topic.partitions} partitions and PLUMBLINE_PARTITIONS says ` +
          `${partitions}; the count of the log holds for its life, so correct the variable`,
      );
  }
}
