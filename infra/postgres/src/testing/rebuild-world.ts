import { topics } from '@plumbline/events';
import type { Codec, OrdersEvent } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { expect } from 'vitest';
import type { Postgres } from '../open-postgres.ts';
import { openPostgres } from '../open-postgres.ts';
import { UnprojectableRecord } from '../errors.ts';
import { projectionPositions } from '../positions.ts';
import type { ProjectedRecord, Projection } from '../projection.ts';
import { schemaOf } from '../projection.ts';
import type { ProjectionSql } from '../projection-sql.ts';
import { rebuildAndCompare } from '../rebuild-and-compare.ts';
import type { RebuildModelOptions } from '../rebuild/rebuild-model.ts';
import { goBack, rebuildModel } from '../rebuild/rebuild-model.ts';
import type { RunningProjection } from '../run-projection.ts';
import { runProjection } from '../run-projection.ts';
import { waitUntil } from '../wait-for.ts';
import {
  createOrderTotals,
  orderCancelled,
  orderCreated,
  orderRecord,
  ordersTopic,
  testPostgresUrl,
} from './order-totals.ts';

export const partitions = 4;

/** Refused by name: a value that Postgres refuses goes unseen when the same batch overwrites it. */
const poison = 'poison';

/** A read model of sixty orders, with poison, on real Postgres and a log in memory. */
export interface RebuildWorld {
  readonly postgres: Postgres;
  readonly log: MemoryLog;
  readonly projection: Projection;
  append(orderNo: string, reason?: string): void;
  run(projection?: Projection): RunningProjection;
  /** Until all that stands in the log is folded into the live model. */
  settled(projection?: Projection): Promise<void>;
  /** Folds all that is there, and stops. */
  foldAll(projection?: Projection): Promise<void>;
  rebuild(changes?: Partial<RebuildModelOptions>): ReturnType<typeof rebuildModel>;
  goBack(): ReturnType<typeof goBack>;
  /** Errors: of the assertion, when the live model is not what the log says. */
  expectEqual(): Promise<void>;
  close(): Promise<void>;
}

export function openRebuildWorld(codec: Codec): RebuildWorld {
  const projection = createOrderTotals({ apply: applyAtOnce });
  const postgres = openPostgres({
    ...{ url: testPostgresUrl(), logger: silentLogger, poolMax: 16 },
    applicationName: projection.name,
  });
  const names = [ordersTopic, topics.projectionsDeadLetters.name];
  const log = createMemoryLog({ topics: names.map((name) => ({ name, partitions })) });
  const append = (orderNo: string, reason = 'ok'): void => {
    log.appendRaw(orderRecord(codec, orderNo, orderCancelled(orderNo, reason)));
  };
  for (let n = 1; n <= 60; n += 1) {
    log.appendRaw(orderRecord(codec, `o${n}`, orderCreated(`o${n}`)));
    append(`o${n}`, n % 20 === 0 ? poison : 'ok');
  }
  const limits = { load: 1, recordsPerSecond: null };
  const base = { log, codec, postgres, ...limits, by: 'a test' };

  function run(of: Projection = projection): RunningProjection {
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    const options = { projection: of, log, codec, postgres, logger: silentLogger, partitions };
    return runProjection({ ...options, metrics });
  }

  async function settled(of: Projection = projection): Promise<void> {
    const { value } = await waitUntil({
      read: () => behind(of).catch(() => null),
      accept: (records) => records === 0n,
      timeoutMs: 30_000,
    });
    expect(value).toBe(0n);
  }

  async function behind(of: Projection): Promise<bigint> {
    const positions = await projectionPositions(postgres, of);
    let records = 0n;
    for (let partition = 0; partition < partitions; partition += 1) {
      const { lastStableOffset } = await log.ends({ topic: ordersTopic, partition });
      const at = positions.find((each) => each.partition === partition)?.nextOffset ?? 0n;
      records += lastStableOffset - at;
    }
    return records;
  }

  return {
    ...{ postgres, log, projection, append, run, settled },
    async foldAll(of) {
      const running = run(of);
      await settled(of);
      await running.close();
    },
    rebuild: (changes = {}) =>
      rebuildModel({
        ...{ ...base, projection, fresh: false, keepOld: true, acceptLoss: false },
        ...changes,
      }),
    goBack: () => goBack({ ...base, projection }),
    async expectEqual() {
      const compared = await rebuildAndCompare({ projection, log, codec, postgres });
      expect(compared.tables.flatMap(({ differences }) => differences)).toEqual([]);
      expect(compared.equal).toBe(true);
    },
    async close() {
      const made = await postgres.query<{ name: string }>(
        'select nspname as name from pg_namespace where starts_with(nspname, ?)',
        [`${projection.name}_v`],
      );
      for (const { name } of made) await postgres.query(`drop schema "${name}" cascade`);
      await log.close();
      await postgres.close();
    },
  };
}

interface Row {
  readonly routing_key: string;
  readonly events: number;
}

/** As the totals' own, with two statements for a batch instead of two for a record. */
async function applyAtOnce(batch: readonly ProjectedRecord[], sql: ProjectionSql): Promise<void> {
  const keys = [...new Set(batch.map(({ key }) => key))];
  const found = await sql.rowsWhere<Row>('orders', 'routing_key', keys);
  const events = new Map(found.map((row) => [row.routing_key, row.events]));
  const rows = batch.map(({ key, payload }) => {
    const event = payload as OrdersEvent;
    if (event.type === 'OrderCancelled' && event.data.reason === poison) {
      throw new UnprojectableRecord('POISON', 'it is poison');
    }
    const count = (events.get(key) ?? 0) + 1;
    events.set(key, count);
    return event.type === 'OrderCreated'
      ? { routing_key: key, status: 'CREATED', amount_minor: event.data.amountMinor, events: count }
      : { routing_key: key, status: event.type, last: event.data, events: count };
  });
  await sql.upsert('orders', rows);
}

/** Schemas that stand beside the live one. */
export const besides = async ({ postgres, projection }: RebuildWorld) =>
  (
    await postgres.query<{ name: string }>(
      'select nspname as name from pg_namespace where starts_with(nspname, ?) order by 1',
      [`${schemaOf(projection)}_`],
    )
  ).map(({ name }) => name.slice(schemaOf(projection).length));
