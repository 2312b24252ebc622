import type { MonitorsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';

/** `clients`, one row each, those that were revoked too. Their keys are in the vault. */
export const monitorsProjection: Projection = {
  name: 'monitors',
  version: 1,
  inputs: [topics.monitorsEvents.name],
  tables: [{ name: 'clients', primaryKey: ['client_key'] }],
  migrations: [
    {
      name: '1-clients',
      up: async (knex) => {
        await knex.schema.createTable('clients', (table) => {
          table.text('client_key').primary();
          table.bigInteger('version');
          table.text('tenant');
          table.text('pid');
          table.text('client_id');
          table.text('name');
          table.jsonb('aids');
          table.text('status');
          table.text('reason');
          table.timestamp('created_at', { precision: 3 });
          table.timestamp('updated_at', { precision: 3 });
          table.index(['tenant', 'pid', 'client_id']);
        });
      },
    },
  ],
  apply: async (batch, sql) => {
    await sql.upsert('clients', batch.map(clientRow));
  },
};

const timeText = (ms: number): string => new Date(ms).toISOString();

/** An event of any kind moves the version, so that a reader can wait for it. */
function clientRow({ key, envelope, payload }: ProjectedRecord): ProjectionRow {
  // The topic holds nothing but these; the codec has checked it.
  const event = payload as MonitorsEvent;
  const row = (rest: ProjectionRow): ProjectionRow => ({
    ...{ client_key: key, version: envelope.aggregateVersion },
    ...{ updated_at: timeText(envelope.timeMs), ...rest },
  });
  switch (event.type) {
    case 'MonitorClientRegistered': {
      const { tenant, pid, clientId: client_id, name, aids, registeredAt } = event.data;
      const who = { tenant, pid, client_id, name, aids };
      return row({ ...who, status: 'ACTIVE', created_at: timeText(registeredAt) });
    }
    case 'MonitorClientChanged': {
      const { name, aids } = event.data;
      return row({ name, aids });
    }
    case 'MonitorKeyIssued':
      return row({});
    case 'MonitorClientRevoked':
      return row({ status: 'REVOKED', reason: event.data.reason });
    default:
      return unreachable(event);
  }
}
