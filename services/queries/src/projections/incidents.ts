import type { IncidentCounts, IncidentsEvent, MoneyAtStake } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { overviewPaceMs } from '../limits.ts';

/** Whether alerts still join it. */
export const incidentStatuses = ['OPEN', 'ENDED'] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/**
 * `incidents`: one row an incident, with how its alerts stand as its newest event said; `members`:
 * which alert is in which. Times are epoch ms of the broker; money is JSON, amounts in it as text of
 * minor units; `opened_in` and `ended_in` are JSON, where the events stand that say so.
 */
export const incidentsProjection: Projection = {
  name: 'incidents',
  paceMs: overviewPaceMs,
  version: 2,
  inputs: [topics.incidentsEvents.name],
  tables: [
    { name: 'incidents', primaryKey: ['incident_id'] },
    { name: 'members', primaryKey: ['alert_id'] },
  ],
  migrations: [
    {
      name: '1-incidents',
      up: (knex) =>
        knex.schema.createTable('incidents', (table) => {
          table.text('incident_id').primary();
          table.text('rule').notNullable();
          table.text('tenant').notNullable();
          table.text('status').notNullable().defaultTo('OPEN');
          table.text('end_reason');
          table.text('first_alert_id');
          table.jsonb('opened_in');
          table.jsonb('ended_in');
          table.bigInteger('first_at_ms');
          table.bigInteger('last_at_ms');
          table.bigInteger('opened_at_ms');
          table.bigInteger('ended_at_ms');
          for (const column of countColumns) table.integer(column).notNullable();
          table.jsonb('money').notNullable();
          table.index(['opened_at_ms', 'incident_id']);
          table.index(['status', 'opened_at_ms', 'incident_id']);
        }),
    },
    {
      name: '2-members',
      up: (knex) =>
        knex.schema.createTable('members', (table) => {
          table.text('alert_id').primary();
          table.text('incident_id').notNullable();
          table.index(['incident_id']);
        }),
    },
  ],
  apply: async (batch, sql) => {
    await sql.upsert('incidents', batch.map(rowOf));
    await sql.upsert('members', batch.flatMap(membersOf));
  },
};

const countColumns = [
  ...(['members', 'open', 'resolved', 'auto_resolved'] as const),
  ...(['superseded', 'written_off', 'suppressed'] as const),
];

/** The topic holds nothing but these; the codec has checked it. */
const eventIn = ({ payload }: ProjectedRecord) => payload as IncidentsEvent;

function rowOf(record: ProjectedRecord): ProjectionRow {
  const { type, data } = eventIn(record);
  const { incidentId, rule, tenant } = data;
  const row = { incident_id: incidentId, rule, tenant, ...countsOf(data.counts), ...moneyOf(data) };
  switch (type) {
    case 'IncidentOpened':
      return {
        ...{ ...row, status: 'OPEN', first_at_ms: data.firstAt },
        ...{ last_at_ms: data.lastAt, opened_at_ms: data.openedAt, opened_in: placeOf(record) },
        // They stand in the order in which they were raised.
        first_alert_id: data.joined[0] ?? null,
      };
    case 'IncidentUpdated':
      return { ...row, last_at_ms: data.lastAt };
    case 'IncidentEnded':
      return {
        ...{ ...row, status: 'ENDED', end_reason: data.reason, ended_at_ms: data.endedAt },
        ended_in: placeOf(record),
      };
    default:
      return unreachable(type);
  }
}

const countsOf = (counts: IncidentCounts) => ({
  ...{ members: counts.members, open: counts.open, resolved: counts.resolved },
  ...{ auto_resolved: counts.autoResolved, superseded: counts.superseded },
  ...{ written_off: counts.writtenOff, suppressed: counts.suppressed },
});

/** As JSON, which has no 64 bits. */
const placeOf = ({ topic, partition, offset }: ProjectedRecord) => ({
  ...{ topic, partition, offset: offset.toString() },
});

const moneyOf = ({ money }: { readonly money: readonly MoneyAtStake[] }) => ({ money });

function membersOf(record: ProjectedRecord): readonly ProjectionRow[] {
  const { type, data } = eventIn(record);
  if (type === 'IncidentEnded') return [];
  const { incidentId } = data;
  return data.joined.map((alertId) => ({ alert_id: alertId, incident_id: incidentId }));
}
