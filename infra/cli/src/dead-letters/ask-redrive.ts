import type { RedriveMode, RedriveParkedKey } from '@plumbline/events';
import { bodyOf, encodeEnvelope, topics } from '@plumbline/events';
import type { Appended } from '@plumbline/kafka';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { digest, partitionOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Projection } from '@plumbline/postgres';
import { groupOf, RedriveRefused, redriveParked } from '@plumbline/postgres';
import { z } from 'zod';
import { outcomeWaitMs } from '../limits.ts';
import { operator } from '../session/ask.ts';
import { CliFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RedriveTarget } from './redrive-target.ts';

export type AskedMode = Exclude<RedriveMode, 'UNKNOWN'>;

/** What became of one command. */
export interface RedriveStep {
  readonly status: string;
  readonly redriven: number;
  readonly dropped: number;
  readonly remaining: number;
  /** Offset of the origin topic, as text. */
  readonly stoppedAt: string | null;
  readonly stoppedBy: string | null;
}

/** One command. The same id is the same command, however often it is asked. */
export interface RedriveOrder {
  readonly id: string;
  /** Its correlation id: the same for all that one run asks for. */
  readonly run: string;
  readonly target: RedriveTarget;
  readonly topic: string;
  readonly key: string;
  readonly mode: AskedMode;
  readonly reason: string;
}

/** This key was refused; others may not be. */
export class KeyRefused extends CliFailure {}

export interface Redriver {
  /** Errors: {@link KeyRefused}; CliFailure when it is not decided in time, then it will be yet. */
  ask(order: RedriveOrder): Promise<RedriveStep>;
  /** Waits no longer for tasks: what they have not answered ends as not decided in time. */
  giveUp(): void;
  close(): Promise<void>;
}

export function createRedriver(session: Session): Redriver {
  const closers: (() => Promise<void>)[] = [];
  const once = <T extends { close(): Promise<void> }>(open: () => Promise<T>) => {
    let opening: Promise<T> | null = null;
    return () =>
      (opening ??= open().then((each) => {
        closers.push(() => each.close());
        return each;
      }));
  };
  let tasks: CommandGateway | null = null;
  const gateway = once(async () => (tasks = await openGateway(session)));
  const writer = once(() => openWriter(session));
  const inTurn = createTurns();
  return {
    async ask(order) {
      const { target } = order;
      if (target.kind === 'topology')
        return byCommand(await gateway(), target.topology.name, order);
      const opened = await writer();
      // Two of a partition would wait for one another's locks, and for connections.
      return inTurn(() => byTransaction(session, opened, target.projection, order));
    },
    giveUp: () => void tasks?.close(),
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** One after the other, in the order in which they were asked for. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(work);
    before = mine.catch(() => undefined);
    return mine;
  };
}

export const answerSchema = z.object({
  redriven: z.number(),
  dropped: z.number(),
  remaining: z.number(),
  stoppedAt: z.string().nullable(),
  stoppedBy: z.string().nullable(),
});

const openGateway = async (session: Session): Promise<CommandGateway> =>
  createCommandGateway({
    ...{ log: await session.log(), codec: await session.codec(), logger: silentLogger },
    metrics: createMetrics({ service: 'plumbline-cli' }),
    source: '/plumbline/cli',
    commandsTopic: topics.deadLettersCommands.name,
    outcomesTopic: topics.deadLettersOutcomes.name,
    partitions: session.config.PLUMBLINE_PARTITIONS,
    waitMs: outcomeWaitMs,
  });

/** The task does it, within a transaction of its own; only the task may change its state. */
async function byCommand(
  gateway: CommandGateway,
  topology: string,
  order: RedriveOrder,
): Promise<RedriveStep> {
  const { id, run, key } = order;
  const executed = await gateway.execute({
    ...{ id, key, subject: key, correlationId: run, actor: operator() },
    payload: { type: 'RedriveParkedKey', data: commandOf(topology, order) },
  });
  if (executed.kind === 'pending')
    throw new CliFailure(
      `written, and not decided within ${outcomeWaitMs} ms: is ${topology} running? ` +
        'It will be decided once; ask again to see what is left.',
    );
  const { status, answer, code, message } = executed.outcome;
  if (status !== 'ACCEPTED' && status !== 'UNCHANGED')
    throw new KeyRefused(`${status} ${code ?? ''}: ${message ?? 'no reason was given'}`);
  return { status, ...answerSchema.parse(JSON.parse(answer ?? 'null')) };
}

/** Writes what the log is to know of a redrive in a read model. */
interface Writer {
  command(data: RedriveParkedKey, order: RedriveOrder): Promise<WrittenCommand>;
  outcome(written: WrittenCommand, step: RedriveStep, order: RedriveOrder): Promise<void>;
  close(): Promise<void>;
}

interface WrittenCommand {
  readonly at: Appended;
  readonly fingerprint: string;
}

/**
 * Rows and parked keys change in one SQL transaction, from here. The command is written before and
 * its outcome after it: no task takes the one or writes the other, and the log says for ever who let
 * what through, why, and what came of it. A command without an outcome was interrupted here.
 */
async function byTransaction(
  session: Session,
  writer: Writer,
  projection: Projection,
  order: RedriveOrder,
): Promise<RedriveStep> {
  const { topic, key, mode } = order;
  const [log, codec, postgres] = [
    ...[await session.log(), await session.codec(), await session.postgres()],
  ] as const;
  const written = await writer.command(commandOf(groupOf(projection), order), order);
  try {
    const done = await redriveParked({ postgres, projection, log, codec, topic, key, mode });
    const step = { ...done, stoppedAt: done.stoppedAt?.toString() ?? null };
    await writer.outcome(written, step, order);
    return step;
  } catch (error) {
    if (error instanceof RedriveRefused) throw new KeyRefused(error.message);
    throw error;
  }
}

async function openWriter(session: Session): Promise<Writer> {
  const log = await session.log();
  const codec = await session.codec();
  const commands = topics.deadLettersCommands.name;
  const outcomes = topics.deadLettersOutcomes.name;
  await codec.prepare([commands, outcomes]);
  const [described] = await log.describeTopics([commands]);
  const producer = await log.openEdgeProducer();
  const placeOf = (topic: string, key: string) => ({
    ...{ topic, partition: partitionOfRecordKey(key, session.config.PLUMBLINE_PARTITIONS) },
    key: Buffer.from(key, 'utf8'),
  });
  const headersOf = (type: string, id: string, causationId: string | null, order: RedriveOrder) =>
    encodeEnvelope({
      ...{ id, type, source: '/plumbline/cli', subject: order.key, timeMs: Date.now() },
      ...{ correlationId: order.run, causationId, actor: operator() },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    });
  return {
    async command(data, order) {
      const type = 'RedriveParkedKey';
      const value = codec.encode(commands, { type, data });
      const headers = headersOf(type, order.id, null, order);
      const at = await producer.send({ ...placeOf(commands, order.key), value, headers });
      return { at, fingerprint: digest(type, bodyOf(value)).toString('hex') };
    },
    async outcome({ at, fingerprint }, { status, ...answer }, order) {
      const data = {
        ...{ commandId: order.id, commandType: 'RedriveParkedKey', fingerprint, status },
        ...{ code: null, message: null, details: null, events: [], aggregateVersion: 0n },
        answer: JSON.stringify(answer),
        ...{ commandPartition: at.partition, commandOffset: at.baseOffset },
        commandIncarnation: described?.incarnation ?? '',
      };
      await producer.send({
        ...placeOf(outcomes, order.key),
        value: codec.encode(outcomes, { type: 'CommandOutcome', data }),
        headers: headersOf('CommandOutcome', `${order.id}-outcome`, order.id, order),
      });
    },
    close: () => producer.close(),
  };
}

const commandOf = (topology: string, order: RedriveOrder): RedriveParkedKey => ({
  ...{ topology, originTopic: order.topic, mode: order.mode, reason: order.reason },
});
