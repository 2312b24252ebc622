/**
 * Contract 1 as it is mostly written: express, Postgres, an outbox that a loop carries to Kafka. It is
 * what Plumbline's payments are measured against, so it does the same work by the same means where
 * there is no reason for another: the same adapter and connection to the gateway, the same checks of
 * a callback, the same durability of Postgres and Kafka.
 *
 *   POST /payments ─► payments, outbox (one transaction) ─► answer ─► gateway ─► PAYING
 *   callback ─► callback_log, payments by compare-and-set, outbox (one transaction) ─► answer
 *   outbox ─► Kafka, all in-sync replicas, in order ─► deleted
 *
 * What it does not have: history, alerts, replay, refunds, unknown outcomes, more than one process.
 */
import { openPostgres } from '@plumbline/postgres';
import { createLogger } from '@plumbline/observability';
import { listenPlain } from './edge.ts';
import { openPlainGateway } from './gateway.ts';
import { openRelay } from './relay.ts';
import { plainConfig } from './settings.ts';
import { createPlainTables } from './tables.ts';

const settings = plainConfig(process.env);
const logger = createLogger({ service: 'plain', level: 'warn' });
const postgres = openPostgres({ url: settings.postgresUrl, logger, poolMax: settings.poolMax });
await createPlainTables(postgres);
const relay = await openRelay({ postgres, settings, logger });
const gateway = openPlainGateway({ postgres, settings, logger });
const http = await listenPlain({ postgres, gateway, settings });
process.once('SIGTERM', () => {
  void http
    .close()
    .then(() => gateway.close())
    .then(() => relay.close())
    .then(() => postgres.close())
    .then(() => process.exit(0));
});
process.stdout.write('ready\n');
