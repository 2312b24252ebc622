import type { Codec, CommandOutcome } from '@plumbline/events';
import { encodeEnvelope } from '@plumbline/events';
import type { EdgeProducer, OutgoingRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { SimHost, SimLog } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import { answering } from '../oracles/parking.ts';
import type { Journal } from './journal.ts';

export interface Command {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly subject: string;
  readonly payload: Payload;
}

/** An edge as a client sees it: writes a command until it is acknowledged, and reads its outcome. */
export interface Client {
  /** The outcome, or null when there was none in time. */
  send(command: Command): Promise<CommandOutcome | null>;
}

/** Command records as they stand in the log. */
export function commandRecord(
  command: Command,
  of: { readonly codec: Codec; readonly partitions: number; readonly nowMs: number },
): OutgoingRecord {
  const { id, topic, key, payload } = command;
  return {
    topic,
    partition: partitionOfRecordKey(key, of.partitions),
    key: Buffer.from(key),
    value: of.codec.encode(topic, payload),
    headers: encodeEnvelope({
      ...{ id, type: payload.type, source: '/plumbline/simulation', subject: command.subject },
      ...{
        timeMs: of.nowMs,
        correlationId: `for-${id}`,
        causationId: null,
        actor: 'api:simulation',
      },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    }),
  };
}

const outcomeTopics = answering.map(({ outcomes }) => outcomes);

export function createClient(options: {
  readonly log: SimLog;
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  readonly journal: Journal;
  reached(name: string): void;
  nowMs(): number;
}): Client {
  const { log, host, codec, partitions, journal } = options;
  const { clock } = host;
  let producer: EdgeProducer | null = null;

  async function write(command: Command): Promise<string | null> {
    const record = commandRecord(command, { codec, partitions, nowMs: options.nowMs() });
    for (let attempt = 1; attempt <= limits.attemptsMax; attempt += 1) {
      try {
        producer ??= await log.openEdgeProducer();
        const { partition, baseOffset } = await producer.send(record);
        if (attempt > 1) options.reached('a command was written again under its id');
        return `${partition}/${baseOffset}`;
      } catch {
        producer = null;
        await clock.sleep(50 * 2 ** attempt);
      }
    }
    options.reached('a client gave a write up');
    return null;
  }

  async function follow(): Promise<never> {
    for (;;) {
      try {
        const from = outcomeTopics.flatMap((topic) =>
          Array.from({ length: partitions }, (_, partition) => ({
            topic,
            partition,
            offset: 0n,
          })),
        );
        const reader = await log.openReader({ from, isolation: 'read_committed' });
        for (;;) {
          for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
            for (const { topic, value } of records) {
              const outcome = codec.decode(topic, value).data as CommandOutcome;
              if (!journal.answers.has(outcome.commandId))
                journal.answers.set(outcome.commandId, outcome);
            }
          }
        }
      } catch {
        await clock.sleep(100);
      }
    }
  }

  void follow();
  return {
    async send(command) {
      const { id, topic, payload } = command;
      const before = journal.sent.get(id) ?? {
        id,
        topic,
        type: payload.type,
        acknowledged: [],
        answer: null,
      };
      const place = await write(command);
      if (place === null) return null;
      const sent = { ...before, acknowledged: [...before.acknowledged, place] };
      journal.sent.set(id, sent);
      for (let waitedMs = 0; waitedMs < limits.answerPatienceMs; waitedMs += 40) {
        const answer = journal.answers.get(id);
        if (answer !== undefined) {
          journal.sent.set(id, { ...sent, answer });
          return answer;
        }
        await clock.sleep(40);
      }
      options.reached('an answer did not come in time');
      return null;
    },
  };
}
