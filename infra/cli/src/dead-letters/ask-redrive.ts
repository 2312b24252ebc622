import { randomUUID } from 'node:crypto';
import type { RedriveMode, RedriveParkedKey } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Projection } from '@plumbline/postgres';
import { groupOf, redriveParked } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
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
  readonly stoppedAt: string | null;
  readonly stoppedBy: string | null;
}

export interface RedriveRequest {
  readonly topic: string;
  readonly key: string;
  readonly reason: string;
}

/** Asks once. Errors: CliFailure when it is refused, or not answered in time. */
export interface Redriver {
  ask(mode: AskedMode): Promise<RedriveStep>;
  close(): Promise<void>;
}

export const openRedriver = (
  session: Session,
  target: RedriveTarget,
  request: RedriveRequest,
): Promise<Redriver> =>
  target.kind === 'topology'
    ? byCommand(session, target.topology, request)
    : byTransaction(session, target.projection, request);

const answerSchema = z.object({
  redriven: z.number(),
  dropped: z.number(),
  remaining: z.number(),
  stoppedAt: z.string().nullable(),
  stoppedBy: z.string().nullable(),
});

/** The task does it, within a transaction of its own; only the task may change its state. */
async function byCommand(
  session: Session,
  topology: Topology,
  request: RedriveRequest,
): Promise<Redriver> {
  const gateway = await createCommandGateway({
    ...{ log: await session.log(), codec: await session.codec(), logger: silentLogger },
    metrics: createMetrics({ service: 'plumbline-cli' }),
    source: '/plumbline/cli',
    commandsTopic: topics.deadLettersCommands.name,
    outcomesTopic: topics.deadLettersOutcomes.name,
    partitions: session.config.PLUMBLINE_PARTITIONS,
    waitMs: outcomeWaitMs,
  });
  return {
    ask: (mode) => execute(gateway, topology.name, { ...request, mode }),
    close: () => gateway.close(),
  };
}

async function execute(
  gateway: CommandGateway,
  topology: string,
  asked: RedriveRequest & { readonly mode: AskedMode },
): Promise<RedriveStep> {
  const executed = await gateway.execute({
    ...{ id: randomUUID(), key: asked.key, subject: asked.key },
    ...{ correlationId: randomUUID(), actor: operator() },
    payload: { type: 'RedriveParkedKey', data: commandOf(topology, asked) },
  });
  if (executed.kind === 'pending')
    throw new CliFailure(
      `written, and not decided within ${outcomeWaitMs} ms: is ${topology} running? ` +
        'It will be decided once; ask again to see what is left.',
    );
  const { status, answer, code, message } = executed.outcome;
  if (status !== 'ACCEPTED' && status !== 'UNCHANGED')
    throw new CliFailure(`${status} ${code ?? ''}: ${message ?? 'no reason was given'}`);
  return { status, ...answerSchema.parse(JSON.parse(answer ?? 'null')) };
}

/**
 * Rows and parked keys change in one SQL transaction, from here. The command is written as well: no
 * task takes it, and the log says for ever who let what through, and why.
 */
async function byTransaction(
  session: Session,
  projection: Projection,
  request: RedriveRequest,
): Promise<Redriver> {
  const { topic, key } = request;
  const log = await session.log();
  const codec = await session.codec();
  const postgres = await session.postgres();
  const commands = topics.deadLettersCommands.name;
  await codec.prepare([commands]);
  const producer = await log.openEdgeProducer();
  return {
    async ask(mode) {
      const id = randomUUID();
      const data = commandOf(groupOf(projection), { ...request, mode });
      await producer.send({
        topic: commands,
        partition: partitionOfRecordKey(key, session.config.PLUMBLINE_PARTITIONS),
        key: Buffer.from(key, 'utf8'),
        value: codec.encode(commands, { type: 'RedriveParkedKey', data }),
        headers: encodeEnvelope({
          ...{ id, type: 'RedriveParkedKey', source: '/plumbline/cli', subject: key },
          ...{ timeMs: Date.now(), correlationId: id, causationId: null, actor: operator() },
          ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      });
      const done = await redriveParked({ postgres, projection, log, codec, topic, key, mode });
      return { ...done, stoppedAt: done.stoppedAt?.toString() ?? null };
    },
    close: () => producer.close(),
  };
}

const commandOf = (
  topology: string,
  asked: RedriveRequest & { readonly mode: AskedMode },
): RedriveParkedKey => ({
  ...{ topology, originTopic: asked.topic, mode: asked.mode, reason: asked.reason },
});
