import { topics } from '@plumbline/events';
import type { Projection } from '@plumbline/postgres';

/** Counts the events of each order: the read models of production set and never add. */
export const tally: Projection = {
  name: 'tally',
  version: 1,
  inputs: [topics.ordersEvents.name, topics.paymentsEvents.name],
  tables: [{ name: 'tallies', primaryKey: ['routing_key'] }],
  migrations: [
    {
      name: '1-tallies',
      up: (knex) =>
        knex.schema.createTable('tallies', (table) => {
          table.text('routing_key').primary();
          table.bigInteger('events').notNullable();
          table.jsonb('ids').notNullable();
        }),
    },
  ],
  async apply(batch, sql) {
    const keys = [...new Set(batch.map(({ key }) => key))];
    const rows = await sql.rowsWhere<{
      routing_key: string;
      events: bigint;
      ids: readonly string[];
    }>('tallies', 'routing_key', keys);
    const found = new Map(rows.map((row) => [row.routing_key, row]));
    for (const { key, topic, offset } of batch) {
      const { events, ids } = found.get(key) ?? { events: 0n, ids: [] };
      // Of two topics in no order between them: the list must not depend on it.
      const after = [...ids, `${topic} ${offset}`].sort();
      found.set(key, { routing_key: key, events: events + 1n, ids: after });
    }
    await sql.upsert('tallies', [...found.values()]);
  },
};
