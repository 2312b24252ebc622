import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { Kafka, logLevel } from 'kafkajs';
import type { PlainSettings } from './settings.ts';

/** Carries the outbox to Kafka, in its order: at least once. */
export interface Relay {
  close(): Promise<void>;
}

/** As many as fit into one request without making it wait, and a look every 20 ms when idle. */
const batch = 500;
const idleMs = 20;

export async function openRelay(of: {
  readonly postgres: Postgres;
  readonly settings: PlainSettings;
  readonly logger: Logger;
}): Promise<Relay> {
  const { postgres, settings, logger } = of;
  const { topic } = settings;
  const brokers = [settings.kafka];
  const kafka = new Kafka({ clientId: 'plain', brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  let closing = false;

  async function carry(): Promise<number> {
    const rows = await postgres.query<{ id: bigint; key: string; type: string; payload: string }>(
      'select id, key, type, payload from plain.outbox order by id limit ?',
      [batch],
    );
    const last = rows.at(-1);
    if (last === undefined) return 0;
    const messages = rows.map(({ key, type, payload }) => ({
      ...{ key, value: payload, headers: { type } },
    }));
    await producer.send({ topic, acks: -1, messages });
    await postgres.query('delete from plain.outbox where id = any(?)', [rows.map(({ id }) => id)]);
    return rows.length;
  }

  async function run(): Promise<void> {
    while (!closing) {
      try {
        if ((await carry()) < batch) await sleep(idleMs);
      } catch (error) {
        logger.warn('the outbox could not be carried', { error });
        await sleep(1_000);
      }
    }
  }

  const running = run();
  return {
    async close() {
      closing = true;
      await running;
      await producer.disconnect();
    },
  };
}
