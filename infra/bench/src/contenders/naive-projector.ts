import type { Codec } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import type { Postgres, Projection } from '@plumbline/postgres';
import {
  createProjectionSql,
  decodeRecord,
  migrateProjection,
  quoted,
  schemaOf,
} from '@plumbline/postgres';

/**
 * A projector as it is often written: each record in a transaction of its own, rows as JSON, on one
 * connection. Folds the first records of one partition into tables of their own, and drops them.
 */
export async function naiveProjector(options: {
  readonly projection: Projection;
  readonly log: Log;
  readonly codec: Codec;
  readonly postgres: Postgres;
  readonly records: number;
}): Promise<number> {
  const { log, codec, postgres, records } = options;
  const projection = { ...options.projection, name: 'bench_naive' };
  const [topic = ''] = projection.inputs;
  const schema = quoted(schemaOf(projection));
  await migrateProjection({ postgres, projection });
  const reader = await log.openReader({
    from: [{ topic, partition: 0, offset: 0n }],
    isolation: 'read_committed',
  });
  let done = 0;
  try {
    while (done < records) {
      const fetched = await reader.fetch({ maxWaitMs: 500 });
      for (const record of fetched.flatMap((each) => each.records).slice(0, records - done)) {
        const { decoded } = decodeRecord(codec, record, 'naive');
        if (decoded === null) continue;
        await postgres.transaction(async (sql) => {
          await sql.query(`set local search_path to ${schema}`);
          await projection.apply([decoded], createProjectionSql(sql, projection.tables));
          await sql.query(
            `insert into positions (topic, partition, incarnation, start_offset, next_offset, time_ms)
             values (?, 0, 'naive', 0, ?, 0)
             on conflict (topic, partition) do update set next_offset = excluded.next_offset`,
            [topic, record.offset + 1n],
          );
        });
        done += 1;
      }
    }
  } finally {
    await reader.close();
    await postgres.query(`drop schema ${schema} cascade`);
  }
  return done;
}
