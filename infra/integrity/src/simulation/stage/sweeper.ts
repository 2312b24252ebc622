import type { MemoryReadModel } from '@plumbline/postgres';
import { createMetrics } from '@plumbline/observability';
import type { Random, SimHost } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { NotificationParts } from './notification-parts.ts';

export type SweeperOptions = Parameters<NotificationParts['openSweeper']>[0];
type Queries = SweeperOptions['queries'];
type View = Awaited<ReturnType<Queries['overdue']>>[number];

/** A row of the projection: its columns are these. */
interface Row {
  readonly notification_id: string;
  readonly aggregate_key: string;
  readonly endpoint_id: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly next_due_at: Date | null;
}

/** What the sweeper of one process is made of: the read model of this world, and what it asks by. */
export const sweeperOptions = (of: {
  readonly model: MemoryReadModel;
  readonly notifications: SweeperOptions['notifications'];
  readonly host: SimHost;
  readonly random: Random;
  nowMs(): number;
}): SweeperOptions => ({
  queries: overdueIn(of),
  notifications: of.notifications,
  ...{ brokerNowMs: () => of.nowMs(), clock: of.host.clock, logger: of.host.logger },
  metrics: createMetrics({ service: 'notifications', processMetrics: false }),
  ...{ everyMs: limits.sweepEveryMs, graceMs: limits.sweepGraceMs },
});

/** As Postgres answers: a while later, and as far as the projection is by then. */
const overdueIn = ({
  model,
  host,
  random,
}: {
  readonly model: MemoryReadModel;
  readonly host: SimHost;
  readonly random: Random;
}): Queries => ({
  async overdue({ dueBeforeMs, limit }) {
    await host.clock.sleep(random.between(1, 40));
    const rows = model.rows('notifications') as unknown as readonly Row[];
    const dueMs = ({ next_due_at: at }: Row): number => at?.getTime() ?? Infinity;
    return rows
      .filter((row) => row.status === 'FAILED' && dueMs(row) < dueBeforeMs)
      .sort((one, other) => dueMs(one) - dueMs(other))
      .slice(0, limit)
      .map((row) => viewOf(row, dueMs(row)));
  },
});

/** As much of a view as a sweeper looks at. */
const viewOf = (row: Row, nextDueMs: number): View =>
  ({
    ...{ notificationId: row.notification_id, aggregateKey: row.aggregate_key, nextDueMs },
    ...{ endpointId: row.endpoint_id, attempt: row.attempt },
  }) as View;
