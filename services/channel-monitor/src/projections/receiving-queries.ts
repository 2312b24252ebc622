import type { ReceivingChannel } from '@plumbline/events';
import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { ActiveOrder } from '../active-order.ts';
import { activePageRows } from './limits.ts';
import { receivingProjection } from './receiving.ts';

export interface AccountView {
  readonly pid: string;
  readonly aid: string;
  /** Of the aggregate. */
  readonly version: bigint;
  readonly name: string;
  readonly status: 'OPEN' | 'PAUSED';
  /** Why it is paused. */
  readonly reason: string | null;
  readonly currency: string;
  readonly channels: readonly ReceivingChannel[];
  readonly settings: StoredSettings;
  /** Orders that wait for money. */
  readonly activeOrders: number;
  /** Money that is matched to no order and was not set aside. */
  readonly unmatched: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** As JSON holds them: the step is text. */
export interface StoredSettings {
  readonly offsetsMax: number;
  readonly offsetStepMinor: string;
  readonly offsetUp: boolean;
  readonly settleMs: number;
  readonly lateMs: number;
}

/** An attempt at a payment, on one account. */
export interface OrderView {
  readonly accountKey: string;
  readonly pid: string;
  readonly aid: string;
  readonly cid: string;
  readonly type: string;
  readonly pattern: number;
  readonly reference: string;
  readonly orderNo: string;
  readonly payNo: string;
  readonly amountMinor: bigint;
  readonly payableMinor: bigint;
  readonly currency: string;
  readonly status: 'ACTIVE' | 'PAID' | 'CLOSED' | 'EXPIRED';
  readonly payUrl: string | null;
  readonly platformOrder: string | null;
  readonly expireAtMs: number;
  readonly activatedAtMs: number;
  readonly endedAtMs: number | null;
}

export const moneyStatuses = ['UNMATCHED', 'AMBIGUOUS', 'MATCHED', 'SET_ASIDE'] as const;
export type MoneyStatus = (typeof moneyStatuses)[number];

export interface MoneyView {
  readonly moneyId: string;
  readonly pid: string;
  readonly aid: string;
  readonly cid: string | null;
  readonly platformOrder: string;
  readonly payway: string;
  readonly channel: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: MoneyStatus;
  readonly why: string | null;
  /** References. */
  readonly candidates: readonly string[];
  readonly kind: string | null;
  readonly reason: string | null;
  readonly orderNo: string | null;
  readonly payNo: string | null;
  readonly reference: string | null;
  readonly contradicted: boolean;
  readonly reportedBy: string;
  readonly receivedAtMs: number;
  readonly settledAtMs: number | null;
}

/** Place after which a page begins, newest first. */
export interface MoneyPlace {
  readonly receivedAtMs: number;
  readonly moneyId: string;
}

/** Errors of every call: PostgresDown. */
export interface ReceivingQueries {
  /** Of a merchant, or of all; those whose time is over by now are left out. */
  active(of: {
    readonly tenant: string;
    readonly pid: string | null;
    readonly nowMs: number;
  }): Promise<readonly StoredOrder[]>;
  /** All attempts at an order, the newest first. */
  attempts(tenant: string, orderNo: string): Promise<readonly OrderView[]>;
  account(tenant: string, pid: string, aid: string): Promise<AccountView | null>;
  accounts(tenant: string, pid: string | null): Promise<readonly AccountView[]>;
  /** The newest first. */
  money(of: {
    readonly tenant: string;
    readonly status?: MoneyStatus | undefined;
    readonly pid?: string | undefined;
    readonly aid?: string | undefined;
    readonly after: MoneyPlace | null;
    readonly limit: number;
  }): Promise<{ readonly money: readonly MoneyView[]; readonly next: MoneyPlace | null }>;
}

/** An order that waits, and the record key of its account. */
export interface StoredOrder extends ActiveOrder {
  readonly accountKey: string;
}

interface AccountRow {
  readonly version: bigint;
  readonly pid: string;
  readonly aid: string;
  readonly name: string;
  readonly status: AccountView['status'];
  readonly reason: string | null;
  readonly currency: string;
  readonly channels: readonly ReceivingChannel[];
  readonly settings: StoredSettings;
  readonly active_orders: bigint;
  readonly unmatched: bigint;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface OrderRow {
  readonly account_key: string;
  readonly pid: string;
  readonly aid: string;
  readonly cid: string;
  readonly type: string;
  readonly pattern: number;
  readonly reference: string;
  readonly order_no: string;
  readonly pay_no: string;
  readonly amount_minor: bigint;
  readonly payable_minor: bigint;
  readonly currency: string;
  readonly status: OrderView['status'];
  readonly pay_url: string | null;
  readonly platform_order: string | null;
  readonly expire_at: Date;
  readonly activated_at: Date;
  readonly ended_at: Date | null;
}

interface MoneyRow {
  readonly money_id: string;
  readonly pid: string;
  readonly aid: string;
  readonly cid: string | null;
  readonly platform_order: string;
  readonly payway: string;
  readonly channel: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly status: MoneyStatus;
  readonly why: string | null;
  readonly candidates: readonly string[] | null;
  readonly kind: string | null;
  readonly reason: string | null;
  readonly order_no: string | null;
  readonly pay_no: string | null;
  readonly reference: string | null;
  readonly contradicted: boolean | null;
  readonly reported_by: string;
  readonly received_at: Date;
  readonly settled_at: Date | null;
}

const timeText = (ms: number): string => new Date(ms).toISOString();

export function createReceivingQueries(postgres: Postgres): ReceivingQueries {
  const schema = quoted(schemaOf(receivingProjection));

  /** Few rows of either are in the indexes that this reads. */
  const countOf = (table: string, status: string): string =>
    `(select count(*) from ${schema}.${table} of where ${status} and of.tenant = accounts.tenant
        and of.pid = accounts.pid and of.aid = accounts.aid)`;
  const accounts = `select accounts.*,
      ${countOf('orders', "of.status = 'ACTIVE'")} as active_orders,
      ${countOf('received_money', "of.status in ('UNMATCHED', 'AMBIGUOUS')")} as unmatched
    from ${schema}.accounts accounts`;

  /** A page behind a row, in the order of the index of those that wait. */
  async function activePage(
    of: { readonly tenant: string; readonly pid: string | null; readonly nowMs: number },
    after: OrderRow | null,
  ): Promise<readonly OrderRow[]> {
    const where = conditions()
      .add("status = 'ACTIVE'")
      .add('tenant = ?', of.tenant)
      .addIf('pid = ?', of.pid ?? undefined)
      .add('expire_at > ?', timeText(of.nowMs));
    if (after !== null)
      where.add('(pid, aid, reference) > (?, ?, ?)', after.pid, after.aid, after.reference);
    return postgres.query<OrderRow>(
      `select account_key, pid, aid, cid, type, pattern, reference, order_no, expire_at
         from ${schema}.orders where ${where.sql} order by pid, aid, reference limit ?`,
      [...where.values, activePageRows],
    );
  }

  return {
    async active(of) {
      const found: StoredOrder[] = [];
      for (let after: OrderRow | null = null; ;) {
        const page: readonly OrderRow[] = await activePage(of, after);
        found.push(...page.map(activeOf));
        after = page.at(-1) ?? null;
        if (page.length < activePageRows) return found;
      }
    },
    async attempts(tenant, orderNo) {
      const rows = await postgres.query<OrderRow>(
        `select * from ${schema}.orders where tenant = ? and order_no = ?
           order by activated_at desc, reference limit 100`,
        [tenant, orderNo],
      );
      return rows.map(orderOf);
    },
    async account(tenant, pid, aid) {
      const [row] = await postgres.query<AccountRow>(
        `${accounts} where tenant = ? and pid = ? and aid = ?`,
        [tenant, pid, aid],
      );
      return row === undefined ? null : accountOf(row);
    },
    async accounts(tenant, pid) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('pid = ?', pid ?? undefined);
      const rows = await postgres.query<AccountRow>(
        `${accounts} where ${where.sql} order by pid, aid limit 1000`,
        where.values,
      );
      return rows.map(accountOf);
    },
    async money({ tenant, status, pid, aid, after, limit }) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('status = ?', status)
        .addIf('pid = ?', pid)
        .addIf('aid = ?', aid);
      if (after !== null)
        where.add(
          '(received_at, money_id) < (?::timestamptz, ?)',
          timeText(after.receivedAtMs),
          after.moneyId,
        );
      const rows = await postgres.query<MoneyRow>(
        `select * from ${schema}.received_money where ${where.sql}
           order by received_at desc, money_id desc limit ?`,
        [...where.values, limit + 1],
      );
      const money = rows.slice(0, limit).map(moneyOf);
      const last = rows.length > limit ? money.at(-1) : undefined;
      const next =
        last === undefined ? null : { receivedAtMs: last.receivedAtMs, moneyId: last.moneyId };
      return { money, next };
    },
  };
}

const activeOf = (row: OrderRow): StoredOrder => ({
  accountKey: row.account_key,
  orderId: row.order_no,
  pid: row.pid,
  aid: row.aid,
  cid: row.cid,
  type: row.type,
  expiresAtMs: row.expire_at.getTime(),
  pattern: row.pattern === 1 ? 1 : 0,
});

const accountOf = ({ created_at, updated_at, ...row }: AccountRow): AccountView => ({
  ...{ pid: row.pid, aid: row.aid, version: row.version, name: row.name, status: row.status },
  ...{ reason: row.reason, currency: row.currency, channels: row.channels },
  ...{ settings: row.settings, activeOrders: Number(row.active_orders) },
  ...{ unmatched: Number(row.unmatched), createdAtMs: created_at.getTime() },
  updatedAtMs: updated_at.getTime(),
});

const orderOf = (row: OrderRow): OrderView => ({
  accountKey: row.account_key,
  ...{ pid: row.pid, aid: row.aid, cid: row.cid, type: row.type, pattern: row.pattern },
  ...{ reference: row.reference, orderNo: row.order_no, payNo: row.pay_no },
  ...{ amountMinor: row.amount_minor, payableMinor: row.payable_minor, currency: row.currency },
  ...{ status: row.status, payUrl: row.pay_url, platformOrder: row.platform_order },
  expireAtMs: row.expire_at.getTime(),
  activatedAtMs: row.activated_at.getTime(),
  endedAtMs: row.ended_at?.getTime() ?? null,
});

const moneyOf = (row: MoneyRow): MoneyView => ({
  ...{ moneyId: row.money_id, pid: row.pid, aid: row.aid, cid: row.cid },
  ...{ platformOrder: row.platform_order, payway: row.payway, channel: row.channel },
  ...{ amountMinor: row.amount_minor, currency: row.currency, status: row.status },
  ...{ why: row.why, candidates: row.candidates ?? [], kind: row.kind, reason: row.reason },
  ...{ orderNo: row.order_no, payNo: row.pay_no, reference: row.reference },
  ...{ contradicted: row.contradicted ?? false, reportedBy: row.reported_by },
  receivedAtMs: row.received_at.getTime(),
  settledAtMs: row.settled_at?.getTime() ?? null,
});
