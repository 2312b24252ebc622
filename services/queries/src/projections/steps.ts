import type { ProjectedRecord, Projection } from '@plumbline/postgres';

type Knex = Parameters<Projection['migrations'][number]['up']>[0];
type Table = Parameters<Parameters<Knex['schema']['createTable']>[1]>[0];

/** Columns of a step in a life: by whom, why, when, epoch ms, and where the log says so. */
export function addStepColumns(table: Table): void {
  table.text('actor').notNullable();
  table.text('reason');
  table.bigInteger('at_ms').notNullable();
  table.text('topic').notNullable();
  table.integer('partition').notNullable();
  table.bigInteger('offset').notNullable();
}

/** What the record itself says of the step: its id, by whom, and where it stands. */
export const stepOf = ({ topic, partition, offset, envelope }: ProjectedRecord) => ({
  ...{ event_id: envelope.id, actor: envelope.actor, topic, partition, offset },
});
