import type { Codec } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import { expect } from 'vitest';
import type { TestEvents, TestQueries } from './open-test-queries.ts';
import {
  createTestCodec,
  createTestDatabase,
  createTestLog,
  foldedBy,
  openTestQueries,
  testEvents,
} from './open-test-queries.ts';

/** A process over a log in memory and a database of its own, which has folded what was told. */
export interface TestWorld {
  readonly codec: Codec;
  readonly log: MemoryLog;
  readonly events: TestEvents;
  readonly postgres: Postgres;
  readonly queries: TestQueries;
  /** The data of an answer of 200; anything else fails the test. */
  data<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<T>;
  close(): Promise<void>;
}

/** `tell` appends what the log holds before the process begins. */
export async function openTestWorld(tell: (events: TestEvents) => void): Promise<TestWorld> {
  const codec = await createTestCodec();
  const log = createTestLog();
  const events = testEvents(log, codec);
  tell(events);
  const database = await createTestDatabase();
  const postgres = openPostgres({ url: database.url, logger: silentLogger, poolMax: 2 });
  const queries = await openTestQueries({ log, codec, postgresUrl: database.url });
  await foldedBy(postgres, events.places());
  return {
    ...{ codec, log, events, postgres, queries },
    async data<T>(path: string, headers?: Readonly<Record<string, string>>) {
      const { status, body } = await queries.get(path, headers);
      expect({ path, status }).toEqual({ path, status: 200 });
      // What the process says of itself was checked with the answer.
      return (body as { readonly data: T }).data;
    },
    async close() {
      await queries.close();
      await log.close();
      await postgres.close();
      await database.drop();
    },
  };
}
