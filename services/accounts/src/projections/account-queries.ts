import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { AccountView, HoldView } from '../http/account-view.ts';
import type { BalanceRow } from './accounts.ts';
import { accountsProjection } from './accounts.ts';

/** Something about an account, with the version of the account that it shows. */
export interface Versioned<T> {
  readonly version: bigint;
  readonly value: T;
}

export interface StoredHold extends HoldView {
  readonly orderNo: string | null;
  readonly reason: string | null;
}

export interface EntryView {
  readonly kind: 'CREDIT' | 'DEBIT' | 'CAPTURE';
  readonly entryId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly balanceAfterMinor: bigint;
  readonly orderNo: string | null;
  readonly reason: string | null;
  readonly atMs: number;
}

export interface EntryPage {
  readonly entries: readonly EntryView[];
  /** Version of the last entry of the page when there are more; `null` at the end. */
  readonly last: bigint | null;
}

/** All of them `null` where there is no account. */
export interface AccountQueries {
  account(tenant: string, account: string): Promise<Versioned<AccountView> | null>;
  hold(
    tenant: string,
    account: string,
    holdId: string,
  ): Promise<Versioned<StoredHold | null> | null>;
  entries(options: {
    readonly tenant: string;
    readonly account: string;
    /** Newest first, from below this version. */
    readonly before: number | null;
    readonly limit: number;
  }): Promise<Versioned<EntryPage> | null>;
}

interface HoldRow {
  readonly hold_id: string;
  readonly status: HoldView['status'];
  readonly order_no: string | null;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly expire_at: Date | null;
  readonly reason: string | null;
}

interface EntryRow {
  readonly version: bigint;
  readonly kind: EntryView['kind'];
  readonly entry_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly balance_after_minor: bigint;
  readonly order_no: string | null;
  readonly reason: string | null;
  readonly at: Date;
}

export function createAccountQueries(postgres: Postgres): AccountQueries {
  const schema = quoted(schemaOf(accountsProjection));

  /**
   * The version is read before what it is the version of: that shows it, or more. Both change in one
   * transaction, so the other way round a newer version could stand beside older rows.
   */
  async function versioned<T>(
    tenant: string,
    account: string,
    read: (key: string) => Promise<T>,
  ): Promise<Versioned<T> | null> {
    const [row] = await postgres.query<{ account_key: string; version: bigint }>(
      `select account_key, version from ${schema}.accounts where tenant = ? and account = ?`,
      [tenant, account],
    );
    if (row === undefined) return null;
    return { version: row.version, value: await read(row.account_key) };
  }

  return {
    account: (tenant, account) =>
      versioned(tenant, account, async (key) => {
        const rows = await postgres.query<BalanceRow>(
          `select * from ${schema}.balances where account_key = ?`,
          [key],
        );
        const balances = rows.map(({ currency, balance_minor, held_minor }) => ({
          ...{ currency, balanceMinor: balance_minor, heldMinor: held_minor },
        }));
        return { account, balances };
      }),
    hold: (tenant, account, holdId) =>
      versioned(tenant, account, async (key) => {
        const [row] = await postgres.query<HoldRow>(
          `select * from ${schema}.holds where account_key = ? and hold_id = ?`,
          [key, holdId],
        );
        return row === undefined ? null : holdOf(row);
      }),
    entries: ({ tenant, account, before, limit }) =>
      versioned(tenant, account, async (key) => {
        const where = conditions()
          .add('account_key = ?', key)
          .addIf('version < ?', before ?? undefined);
        const rows = await postgres.query<EntryRow>(
          `select * from ${schema}.entries where ${where.sql} order by version desc limit ?`,
          [...where.values, limit + 1],
        );
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? (shown.at(-1)?.version ?? null) : null;
        return { entries: shown.map(entryOf), last };
      }),
  };
}

function holdOf(row: HoldRow): StoredHold {
  const { status, amount_minor, currency, reason } = row;
  const expireAtMs = status === 'OPEN' ? (row.expire_at?.getTime() ?? null) : null;
  const hold = { holdId: row.hold_id, status, amountMinor: amount_minor, currency, expireAtMs };
  return { ...hold, orderNo: row.order_no, reason };
}

const entryOf = (row: EntryRow): EntryView => ({
  kind: row.kind,
  entryId: row.entry_id,
  amountMinor: row.amount_minor,
  currency: row.currency,
  balanceAfterMinor: row.balance_after_minor,
  orderNo: row.order_no,
  reason: row.reason,
  atMs: row.at.getTime(),
});
