import { overviewPaceMs } from '../limits.ts';
import type { DeadLettered } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';

/**
 * Not the unverified inbox: nothing in it is known to concern the order it names, and its records
 * are gone after three days, after which no rebuild could give the same table. Not the projections'
 * own dead letters either, which must not feed what could add to them.
 */
const said: readonly string[] = [
  topics.ordersEvents.name,
  topics.paymentsEvents.name,
  topics.alertsEvents.name,
  topics.checkoutEvents.name,
  topics.inventoryEvents.name,
  topics.accountsEvents.name,
  topics.notificationsEvents.name,
  topics.ordersDeadLetters.name,
  topics.paymentsDeadLetters.name,
  topics.checkoutDeadLetters.name,
  topics.checkoutSagaDeadLetters.name,
  topics.purchasePaymentsDeadLetters.name,
  topics.consistencyAlertsDeadLetters.name,
  topics.notificationsDeadLetters.name,
];

/** Those that have the order or its payment as their key: what others ask is in events of these. */
const asked: readonly string[] = [
  topics.ordersCommands.name,
  topics.paymentsCommands.name,
  topics.checkoutCommands.name,
  topics.alertsCommands.name,
];

/**
 * `entries`: every record that concerns an order, where it stands, and who caused it. `data` is the
 * payload as JSON, amounts and sequence numbers as text of digits.
 */
const entries = (of: Pick<Projection, 'name' | 'version' | 'inputs'>): Projection => ({
  ...of,
  paceMs: overviewPaceMs,
  tables: [{ name: 'entries', primaryKey: ['topic', 'partition', 'offset'] }],
  migrations: [
    {
      name: '1-entries',
      up: (knex) =>
        knex.schema.createTable('entries', (table) => {
          table.text('topic').notNullable();
          table.integer('partition').notNullable();
          table.bigInteger('offset').notNullable();
          table.text('record_key').notNullable();
          table.bigInteger('appended_at_ms').notNullable();
          table.bigInteger('time_ms').notNullable();
          table.text('event_id').notNullable();
          table.text('type').notNullable();
          table.text('subject').notNullable();
          table.text('source').notNullable();
          table.text('actor').notNullable();
          table.text('correlation_id').notNullable();
          table.text('causation_id');
          table.bigInteger('version');
          table.jsonb('data').notNullable();
          table.primary(['topic', 'partition', 'offset']);
          table.index(['record_key', 'appended_at_ms']);
        }),
    },
  ],
  apply: (batch, sql) => sql.insertMissing('entries', batch.flatMap(rowsOf)),
});

/**
 * Events and dead letters. Rows hold whole events as the newest schemas read them, so that a rebuild
 * after a change gives other rows than those that stand: another version with each change of an
 * event, and with each upcaster (a test asks).
 */
export const timelineProjection = entries({ name: 'timeline', version: 11, inputs: said });

/**
 * Commands, refused ones among them. A read model of its own: the log keeps them for 30 days, and
 * a rebuild later than that would lack what this one has.
 */
export const commandsProjection = entries({ name: 'commands', version: 5, inputs: asked });

function rowsOf(record: ProjectedRecord): readonly ProjectionRow[] {
  const key = keyOfOrder(record);
  return key === null ? [] : [rowOf(record, key)];
}

/** The key under which the order's other events stand; `null` for what concerns no order. */
function keyOfOrder({ topic, key, payload }: ProjectedRecord): string | null {
  if (payload.type === 'RulesActivated' || payload.type === 'ActivateRules') return null;
  if (topic !== topics.inventoryEvents.name && topic !== topics.accountsEvents.name) return key;
  // Kept by item or account: those that are about an order name it.
  const { tenant, orderNo } = payload.data as { tenant: string; orderNo?: string | null };
  return orderNo === undefined || orderNo === null ? null : `${tenant}/${orderNo}`;
}

const rowOf = (record: ProjectedRecord, key: string): ProjectionRow => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  record_key: shown(key),
  appended_at_ms: record.timeMs,
  time_ms: record.envelope.timeMs,
  event_id: shown(record.envelope.id),
  type: record.payload.type,
  subject: shown(record.envelope.subject),
  source: shown(record.envelope.source),
  actor: shown(record.envelope.actor),
  correlation_id: shown(record.envelope.correlationId),
  causation_id: record.envelope.causationId === null ? null : shown(record.envelope.causationId),
  version: record.envelope.aggregateVersion,
  data:
    record.payload.type === 'DeadLettered'
      ? deadLetter(record.payload.data as DeadLettered)
      : storable(record.payload.data),
});

/** Without the bytes of the record: they are in the log, and may be anything. */
function deadLetter(data: DeadLettered) {
  const left = new Set(['key', 'value', 'headers']);
  return storable(Object.fromEntries(Object.entries(data).filter(([name]) => !left.has(name))));
}

/** A timeline is for reading: characters that Postgres cannot hold are shown as replaced. */
const shown = (text: string): string => text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD');

function storable(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value === 'bigint') return value.toString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, storable(each)]));
}
