import type { EndpointSettings, EndpointsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { timeText } from './time-text.ts';

/**
 * `endpoints`, one row each, those that were removed too; `incidents`, one row each, with its end.
 */
export const endpointsProjection: Projection = {
  name: 'endpoints',
  version: 1,
  inputs: [topics.endpointsEvents.name],
  tables: [
    { name: 'endpoints', primaryKey: ['endpoint_id'] },
    { name: 'incidents', primaryKey: ['incident_id'] },
  ],
  migrations: [
    {
      name: '1-endpoints',
      up: async (knex) => {
        await knex.schema.createTable('endpoints', (table) => {
          table.text('endpoint_id').primary();
          table.bigInteger('version');
          table.text('tenant');
          table.text('status');
          table.text('url');
          table.jsonb('settings');
          table.integer('settings_version');
          table.text('secret_id');
          table.text('reason');
          table.timestamp('failing_since', { precision: 3 });
          table.text('failing_code');
          table.timestamp('created_at', { precision: 3 });
          table.timestamp('updated_at', { precision: 3 });
          table.index(['tenant', 'created_at']);
        });
        await knex.schema.createTable('incidents', (table) => {
          table.text('incident_id').primary();
          table.text('endpoint_id');
          table.text('kind');
          table.text('detail');
          table.text('notification_id');
          table.timestamp('since', { precision: 3 });
          table.timestamp('opened_at', { precision: 3 });
          table.timestamp('ended_at', { precision: 3 });
          table.text('end_reason');
          table.index(['endpoint_id', 'opened_at']);
        });
      },
    },
  ],
  apply: async (batch, sql) => {
    await sql.upsert(
      'endpoints',
      batch.map((record) => endpointRow(record)),
    );
    await sql.upsert(
      'incidents',
      batch.flatMap((record) => incidentRow(payloadOf(record))),
    );
  },
};

/** The topic holds nothing but these; the codec has checked it. */
const payloadOf = ({ payload }: ProjectedRecord): EndpointsEvent => payload as EndpointsEvent;

const settingsColumns = (settings: EndpointSettings, settings_version: number): ProjectionRow => ({
  ...{ url: settings.url, settings, settings_version },
});

/** An event of any kind moves the version, so that a reader can wait for it. */
function endpointRow(record: ProjectedRecord): ProjectionRow {
  const { envelope } = record;
  const event = payloadOf(record);
  const { endpointId: endpoint_id } = event.data;
  const at = timeText(envelope.timeMs);
  const row = (rest: ProjectionRow): ProjectionRow => ({
    ...{ endpoint_id, version: envelope.aggregateVersion, updated_at: at, ...rest },
  });
  switch (event.type) {
    case 'EndpointRegistered': {
      const { tenant, settings, settingsVersion } = event.data;
      const columns = settingsColumns(settings, settingsVersion);
      return row({ tenant, status: 'ACTIVE', created_at: at, ...columns });
    }
    case 'EndpointChanged':
      return row(settingsColumns(event.data.settings, event.data.settingsVersion));
    case 'EndpointPaused':
      return row({ status: 'PAUSED', reason: event.data.reason });
    case 'EndpointResumed':
      return row({ status: 'ACTIVE', reason: null });
    case 'EndpointDisabled':
      return row({ status: 'DISABLED', reason: event.data.reason });
    case 'EndpointRemoved':
      return row({ status: 'REMOVED', failing_since: null, failing_code: null });
    case 'EndpointSecretRotated':
      return row({ secret_id: event.data.secretId });
    case 'EndpointFailing': {
      const { since, code: failing_code } = event.data;
      return row({ failing_since: timeText(since), failing_code });
    }
    case 'EndpointRecovered':
      return row({ failing_since: null, failing_code: null });
    case 'EndpointIncidentOpened':
    case 'EndpointIncidentEnded':
      return row({});
    default:
      return unreachable(event);
  }
}

function incidentRow(event: EndpointsEvent): readonly ProjectionRow[] {
  if (event.type === 'EndpointIncidentOpened') {
    const { incidentId: incident_id, endpointId: endpoint_id, kind, detail, since } = event.data;
    const { notificationId: notification_id, openedAt } = event.data;
    const times = { since: timeText(since), opened_at: timeText(openedAt) };
    return [{ incident_id, endpoint_id, kind, detail, notification_id, ...times }];
  }
  if (event.type !== 'EndpointIncidentEnded') return [];
  const { incidentId: incident_id, reason: end_reason, endedAt } = event.data;
  return [{ incident_id, end_reason, ended_at: timeText(endedAt) }];
}
