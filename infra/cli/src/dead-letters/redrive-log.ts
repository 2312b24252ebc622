import type { CommandOutcome, RedriveMode, RedriveParkedKey } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord, TopicPartition } from '@plumbline/kafka';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';
import type { RedriveStep } from './ask-redrive.ts';
import { answerSchema } from './ask-redrive.ts';

/** Somebody asked for a key to go on: a command, as it stands in the log. */
export interface RedriveAsked extends TopicPartition {
  readonly offset: bigint;
  /** Broker time, epoch ms. */
  readonly timeMs: number;
  readonly id: string;
  /** The same for all keys that one run asked for. */
  readonly run: string;
  readonly actor: string;
  readonly topology: string;
  readonly originTopic: string;
  readonly key: string;
  readonly mode: RedriveMode;
  readonly reason: string;
}

/** What became of it. */
export type RedriveAnswer =
  | ({ readonly kind: 'done'; readonly commandId: string } & RedriveStep)
  | { readonly kind: 'refused'; readonly commandId: string; readonly why: string };

/** Every command to let a key go on, in the order of its partition; a repeat comes once more. */
export const eachRedrive = (session: Session, take: (asked: RedriveAsked) => void): Promise<void> =>
  eachOf(session, topics.deadLettersCommands.name, (record) => {
    if (record.payload.type !== 'RedriveParkedKey') return;
    const { topology, originTopic, mode, reason } = record.payload.data as RedriveParkedKey;
    const { topic, partition, offset, timeMs, key, envelope } = record;
    const { id, correlationId: run, actor } = envelope;
    take({
      ...{ topic, partition, offset, timeMs, id, run, actor },
      ...{ topology, originTopic, key, mode, reason },
    });
  });

/** Every answer, in the order of its partition; a command that was repeated has several alike. */
export const eachAnswer = (
  session: Session,
  take: (answer: RedriveAnswer) => void,
): Promise<void> =>
  eachOf(session, topics.deadLettersOutcomes.name, ({ payload }) => {
    if (payload.type === 'CommandOutcome') take(answerOf(payload.data as CommandOutcome));
  });

function answerOf({ commandId, status, answer, code, message }: CommandOutcome): RedriveAnswer {
  const parsed = answer === null ? null : answerSchema.safeParse(JSON.parse(answer));
  return parsed?.success === true
    ? { kind: 'done', commandId, status, ...parsed.data }
    : { kind: 'refused', commandId, why: `${status} ${code ?? ''}: ${message ?? ''}` };
}

async function eachOf(
  session: Session,
  topic: string,
  take: (record: DecodedRecord) => void,
): Promise<void> {
  const { out, signal } = session;
  const log = await session.log();
  const codec = await session.codec();
  await scan({
    ...{ log, signal, of: await partitionsOf(log, [topic]) },
    take: async (record: LogRecord) => {
      try {
        take(await decodeRecord(codec, record));
      } catch (error) {
        if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
        const { partition, offset } = record;
        out.note(`${topic}-${partition} ${offset} cannot be read: ${error.message}`);
      }
    },
    onProgress: (done, total) => out.progress(`read ${done} of ${total} offsets of ${topic}`),
  });
  out.progressDone();
}
