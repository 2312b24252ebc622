import type { Channel } from '@plumbline/events';
import type { Postgres, Sql } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import { paymentsProjection } from '../projections/payments.ts';
import { scanLockKey } from './limits.ts';

/** What to look for: open payments at these gateways, of which nothing was heard since. */
export interface Wanted {
  readonly channels: readonly Channel[];
  /** Epoch ms. */
  readonly silentSinceMs: number;
  readonly atMost: number;
}

export interface LingeringPayments {
  /**
   * Gives the numbers of those that linger to `work`, the longest silent first, while no other
   * process does the same; `null` when another does. Errors: PostgresDown, and those of `work`.
   */
  whileAlone<T>(wanted: Wanted, work: (payNos: readonly string[]) => Promise<T>): Promise<T | null>;
  /**
   * The numbers of those that linger, the longest silent first, and how many more there are.
   * Errors: PostgresDown.
   */
  longest(wanted: Wanted): Promise<{ readonly payNos: readonly string[]; readonly left: number }>;
}

const payments = `${quoted(schemaOf(paymentsProjection))}.payments`;

interface Found {
  readonly pay_no: string;
  readonly total: bigint;
}

/** Each word of a gateway is a row of the audit and sets asked_at: the join is spared. */
const find = (sql: Sql, { channels, silentSinceMs, atMost }: Wanted): Promise<readonly Found[]> =>
  sql.query<Found>(
    `select pay_no, count(*) over () as total from ${payments}
      where at_gateway and status in ('INIT', 'PAYING') and channel = any(?)
        and created_at < ? and (asked_at is null or asked_at < ?)
      order by coalesce(asked_at, created_at), pay_no limit ?`,
    [channels, timeOf(silentSinceMs), timeOf(silentSinceMs), atMost],
  );

export const createLingeringPayments = (postgres: Postgres): LingeringPayments => ({
  whileAlone: (wanted, work) =>
    // The lock ends with the transaction, and so with the connection of a process that dies.
    postgres.transaction(async (sql) => {
      const [lock] = await sql.query<{ readonly mine: boolean }>(
        'select pg_try_advisory_xact_lock(?) as mine',
        [scanLockKey],
      );
      if (lock?.mine !== true) return null;
      const found = await find(sql, wanted);
      return work(found.map(({ pay_no: payNo }) => payNo));
    }),
  async longest(wanted) {
    const found = await find(postgres, wanted);
    const payNos = found.map(({ pay_no: payNo }) => payNo);
    return { payNos, left: Number(found[0]?.total ?? 0n) - payNos.length };
  },
});

const timeOf = (ms: number): string => new Date(ms).toISOString();
