import type { Postgres, Projection, RecordPlace } from '@plumbline/postgres';
import { PostgresDown, waitForPlaces } from '@plumbline/postgres';
import * as limits from '../limits.ts';
import { problem } from './error-codes.ts';

/** What the routes read from. */
export interface QueriesEdge {
  readonly postgres: Postgres;
  readonly tenant: string;
  readonly partitions: number;
}

/** SQLSTATE of a table that does not exist: the projection has never run in this database. */
const undefinedTable = '42P01';

const headers = { 'Retry-After': String(limits.retryAfterSeconds) };

/**
 * Reads once the read models have reached the client's position. Postgres away is no defect of ours:
 * 503, as is a read model that is behind or not there yet.
 */
export async function readFrom<T>(options: {
  readonly edge: QueriesEdge;
  readonly projections: readonly Projection[];
  readonly places: readonly RecordPlace[] | undefined;
  read(): Promise<T>;
}): Promise<T> {
  const { edge, places = [] } = options;
  try {
    for (const projection of options.projections) {
      const { postgres } = edge;
      const timeoutMs = limits.positionWaitMs;
      if (!(await waitForPlaces({ postgres, projection, places, timeoutMs }))) {
        throw problem('READ_MODEL_BEHIND', undefined, { headers });
      }
    }
    return await options.read();
  } catch (cause) {
    if (cause instanceof PostgresDown) {
      throw problem('DEPENDENCY_DOWN', undefined, { headers, cause });
    }
    if (cause instanceof Error && 'code' in cause && cause.code === undefinedTable) {
      const message = 'the read model is not built yet; try again';
      throw problem('READ_MODEL_BEHIND', message, { headers, cause });
    }
    throw cause;
  }
}
