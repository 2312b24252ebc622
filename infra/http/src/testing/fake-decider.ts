import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, CommandOutcome } from '@plumbline/events';
import { decodeEnvelope, encodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord, MemoryLog, OutgoingRecord } from '@plumbline/kafka';

export const commandsTopic = topics.paymentsCommands.name;
export const outcomesTopic = topics.paymentsOutcomes.name;

/** The outcome record of a command, as a task would write it. */
export function outcomeRecord(
  codec: Codec,
  command: LogRecord,
  change: Partial<CommandOutcome> = {},
): OutgoingRecord {
  const envelope = decodeEnvelope(command.headers);
  const outcome: CommandOutcome = {
    commandId: envelope.id,
    commandType: envelope.type,
    fingerprint: '0'.repeat(64),
    status: 'ACCEPTED',
    code: null,
    message: null,
    details: null,
    events: [],
    aggregateVersion: 1n,
    answer: '{"status":"INIT"}',
    commandPartition: command.partition,
    commandOffset: command.offset,
    commandIncarnation: 'test',
    ...change,
  };
  return {
    topic: outcomesTopic,
    partition: command.partition,
    key: command.key,
    value: codec.encode(outcomesTopic, { type: 'CommandOutcome', data: outcome }),
    headers: encodeEnvelope({
      ...envelope,
      id: `outcome-of-${envelope.id}`,
      type: 'CommandOutcome',
      source: '/plumbline/payments',
      causationId: envelope.id,
    }),
  };
}

/** Decides each command once per record, a repeat as UNCHANGED, after the given time. */
export async function startFakeDecider(options: {
  readonly log: MemoryLog;
  readonly codec: Codec;
  readonly partitions: number;
  readonly delayMs?: number;
  readonly decide?: (command: LogRecord) => Partial<CommandOutcome>;
}): Promise<{ stop(): Promise<void> }> {
  const { log, codec, partitions } = options;
  const from = Array.from({ length: partitions }, (_, partition) => ({
    topic: commandsTopic,
    partition,
    offset: 0n,
  }));
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const producer = await log.openTransactionalProducer({ transactionalId: 'fake-decider' });
  const decided = new Set<string>();
  const answer = async (command: LogRecord): Promise<void> => {
    await sleep(options.delayMs ?? 0);
    const { id } = decodeEnvelope(command.headers);
    const again: Partial<CommandOutcome> = decided.has(id) ? { status: 'UNCHANGED' } : {};
    decided.add(id);
    const change = { ...options.decide?.(command), ...again };
    await producer.transact([outcomeRecord(codec, command, change)]);
  };
  const run = async (): Promise<void> => {
    for (;;) {
      const fetched = await reader.fetch({ maxWaitMs: 1_000 });
      for (const command of fetched.flatMap(({ records }) => records)) await answer(command);
    }
  };
  const running = run().catch(() => undefined);
  return {
    stop: async () => {
      await reader.close();
      await running;
      await producer.close();
    },
  };
}
