import type { CommandOutcome } from '@plumbline/events';
import { decodeEnvelope, encodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { vi } from 'vitest';
import type { TestBff } from './open-test-bff.ts';

/** The task that raised the alerts, as far as this edge sees it: commands in, outcomes out. */
export function createAlertTask(
  bff: Pick<TestBff, 'log' | 'codec'>,
  of = { commands: topics.alertsCommands.name, outcomes: topics.alertsOutcomes.name },
) {
  const written = (): readonly LogRecord[] => bff.log.topicRecords(of.commands);
  const placeOf = ({ partition, offset }: LogRecord): string => `${partition}:${offset}`;
  let seen: ReadonlySet<string> = new Set();
  const fresh = () => written().filter((record) => !seen.has(placeOf(record)));
  const forget = () => (seen = new Set(written().map(placeOf)));

  function read(record: LogRecord) {
    if (record.value === null) throw new Error('a command without a value');
    const payload = bff.codec.decode(record.topic, record.value);
    const envelope = decodeEnvelope(record.headers);
    return { record, payload, envelope, key: record.key?.toString() ?? '' };
  }
  type Read = ReturnType<typeof read>;

  function answer({ key, envelope, record }: Read, outcome: Partial<CommandOutcome>): void {
    const data: CommandOutcome = {
      ...{ commandId: envelope.id, commandType: envelope.type, fingerprint: 'f' },
      ...{ status: 'ACCEPTED', code: null, message: null, details: null, events: [] },
      ...{ aggregateVersion: 2n, answer: null, commandPartition: record.partition },
      ...{ commandOffset: record.offset, commandIncarnation: 'test' },
      ...outcome,
    };
    const topic = of.outcomes;
    bff.log.appendRaw({
      ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
      value: bff.codec.encode(topic, { type: 'CommandOutcome', data }),
      headers: encodeEnvelope({
        ...envelope,
        ...{ id: `outcome-${envelope.id}`, type: 'CommandOutcome', causationId: envelope.id },
      }),
    });
  }

  return {
    /** Commands since the last `forget`. */
    fresh,
    forget,
    /** Waits for one command, and decides it. */
    async decide(outcome: Partial<CommandOutcome>): Promise<Read> {
      const [only] = await this.decideEach(1, () => outcome);
      if (only === undefined) throw new Error('no command');
      return only;
    },
    /** Waits for so many, and decides each. */
    async decideEach(
      number: number,
      outcomeOf: (alertId: string) => Partial<CommandOutcome>,
    ): Promise<readonly Read[]> {
      const commands = await vi.waitFor(() => {
        const found = fresh();
        if (found.length !== number) throw new Error(`${found.length} commands, not ${number}`);
        return found.map(read);
      }, 2_000);
      for (const each of commands) answer(each, outcomeOf(each.envelope.subject));
      return commands;
    },
  };
}
