import type { Codec, CommandOutcome } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { EdgeProducer, Log } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { CallWorkerOptions } from '@plumbline/payments';
import type { SimHost } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** Who asks. */
const sources = {
  payments: '/plumbline/gateway-calls',
  receiving: '/plumbline/gateway-calls',
  notifications: '/plumbline/notification-deliveries',
  endpoints: '/plumbline/notification-deliveries',
  remedies: '/plumbline/payments-sweeps',
} as const;

type Execute = CallWorkerOptions['commands']['execute'];

/**
 * Writes commands to a context and waits for their outcomes, as the gateway of commands does on
 * real time. Never decides anything itself: it may repeat, give up, and be killed.
 */
export function createSimCommands(options: {
  readonly log: Log;
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  readonly context: keyof typeof sources;
  nowMs(): number;
}): { readonly execute: Execute; close(): void } {
  const { log, host, codec, partitions, context } = options;
  const answers = new Map<string, CommandOutcome>();
  const commandsTopic = topics[`${context}Commands`].name;
  const outcomesTopic = topics[`${context}Outcomes`].name;
  let producer: EdgeProducer | null = null;
  const closing = new AbortController();

  async function read(): Promise<void> {
    const from = Array.from({ length: partitions }, (_, partition) => ({
      ...{ topic: outcomesTopic, partition, offset: 0n },
    }));
    const reader = await log.openReader({ from, isolation: 'read_committed' });
    while (!closing.signal.aborted) {
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
        for (const { topic, value } of records) {
          const outcome = codec.decode(topic, value).data as CommandOutcome;
          answers.set(outcome.commandId, outcome);
        }
      }
    }
    await reader.close();
  }

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      await read().catch(() => host.clock.sleep(100));
    }
  }

  const prepared = codec.prepare([commandsTopic, outcomesTopic]);
  void prepared.then(follow);
  return {
    async execute(command) {
      await prepared;
      const { id, key, payload, subject, correlationId, actor } = command;
      const partition = partitionOfRecordKey(key, partitions);
      const value = codec.encode(commandsTopic, payload);
      const headers = encodeEnvelope({
        ...{ id, type: payload.type, source: sources[context], subject, actor },
        ...{ timeMs: options.nowMs(), correlationId, causationId: command.causationId ?? null },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null },
        traceparent: command.traceparent ?? null,
      });
      try {
        producer ??= await log.openEdgeProducer();
        await producer.send({
          topic: commandsTopic,
          partition,
          key: Buffer.from(key),
          value,
          headers,
        });
      } catch (error) {
        producer = null;
        throw error;
      }
      for (let waitedMs = 0; waitedMs < limits.answerPatienceMs; waitedMs += 40) {
        const outcome = answers.get(id);
        if (outcome !== undefined) return { kind: 'decided', outcome };
        await host.clock.sleep(40);
      }
      return { kind: 'pending' };
    },
    close: () => {
      closing.abort();
    },
  };
}
