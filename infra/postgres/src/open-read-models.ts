import type { Codec } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import * as limits from './limits.ts';
import type { Postgres } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { runProjection } from './run-projection.ts';

export interface ReadModelsOptions {
  /** Of the process, for `pg_stat_activity`. */
  readonly service: string;
  readonly url: string;
  readonly projections: readonly Projection[];
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly partitions: number;
}

/** A process's read models: kept up with the log by one pool, read through another. */
export interface ReadModels {
  /** Answers, or throws PostgresDown, within about two seconds whatever Postgres does. */
  readonly readers: Postgres;
  /** One check per projection, and Postgres itself. */
  readonly health: Readonly<Record<string, () => Promise<{ ok: boolean; detail?: string }>>>;
  close(): Promise<void>;
}

/**
 * Two pools: a rebuild that keeps Postgres busy must not take the readers' connections, and a reader
 * gives up long before a batch does. Returns at once; the projections wait for what is away.
 */
export function openReadModels(options: ReadModelsOptions): ReadModels {
  const { service, url, logger } = options;
  const folders = openPostgres({
    ...{ url, logger, poolMax: limits.poolMax },
    applicationName: `plumbline-${service}-projections`,
  });
  const readers = openPostgres({
    ...{ url, logger, poolMax: limits.readersMax },
    applicationName: `plumbline-${service}`,
    statementTimeoutMs: limits.readTimeoutMs,
    acquireTimeoutMs: limits.readAcquireTimeoutMs,
    clientGraceMs: limits.readGraceMs,
  });
  const running = options.projections.map((projection) =>
    runProjection({ ...options, projection, postgres: folders }),
  );
  return {
    readers,
    health: {
      postgres: () => readers.ping().then(() => ({ ok: true })),
      ...Object.fromEntries(
        running.map((each) => [
          `projection ${each.projection.name}`,
          () => Promise.resolve(each.health()),
        ]),
      ),
    },
    async close() {
      await Promise.all(running.map((each) => each.close()));
      await Promise.all([folders.close(), readers.close()]);
    },
  };
}
