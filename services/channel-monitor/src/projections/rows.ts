import type { ReceivingEvent, UnmatchedReason } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, ProjectionRow } from '@plumbline/postgres';

const timeText = (ms: number): string => new Date(ms).toISOString();

/** An event of any kind moves the version, so that a reader can wait for it. */
export function accountRow(
  { key, envelope }: Pick<ProjectedRecord, 'key' | 'envelope'>,
  event: ReceivingEvent,
): ProjectionRow {
  const row = (rest: ProjectionRow): ProjectionRow => ({
    ...{ account_key: key, version: envelope.aggregateVersion },
    ...{ updated_at: timeText(envelope.timeMs), ...rest },
  });
  switch (event.type) {
    case 'ReceivingAccountRegistered': {
      const { tenant, pid, aid, name, currency, channels, settings, registeredAt } = event.data;
      const created_at = timeText(registeredAt);
      return row({
        tenant,
        pid,
        aid,
        name,
        currency,
        channels,
        settings,
        status: 'OPEN',
        created_at,
      });
    }
    case 'ReceivingAccountChanged': {
      const { name, channels, settings } = event.data;
      return row({ name, channels, settings });
    }
    case 'ReceivingAccountPaused':
      return row({ status: 'PAUSED', reason: event.data.reason });
    case 'ReceivingAccountResumed':
      return row({ status: 'OPEN', reason: null });
    case 'OrderActivated':
    case 'OrderDeactivated':
    case 'MoneyMatched':
    case 'MoneyUnmatched':
    case 'MoneySetAside':
    case 'MoneyReportContradicted':
      return row({});
    default:
      return unreachable(event);
  }
}

/** What an event says of its order: the columns that it changes; `null` for one that is about none. */
export function orderRow(accountKey: string, event: ReceivingEvent): ProjectionRow | null {
  switch (event.type) {
    case 'OrderActivated': {
      const { tenant, pid, aid, cid, type, pattern, reference, currency } = event.data;
      const {
        amountMinor: amount_minor,
        payableMinor: payable_minor,
        payUrl: pay_url,
      } = event.data;
      return {
        ...{ account_key: accountKey, reference, tenant, pid, aid, cid, type, pattern, currency },
        ...{ order_no: event.data.orderNo, pay_no: event.data.payNo, amount_minor, payable_minor },
        ...{ status: 'ACTIVE', pay_url, expire_at: timeText(event.data.expireAt) },
        activated_at: timeText(event.data.activatedAt),
      };
    }
    case 'OrderDeactivated': {
      const { reference, end, endedAt } = event.data;
      const status = end === 'EXPIRED' ? 'EXPIRED' : 'CLOSED';
      return { account_key: accountKey, reference, status, ended_at: timeText(endedAt) };
    }
    case 'MoneyMatched': {
      const { reference, platformOrder: platform_order, matchedAt } = event.data;
      const ended_at = timeText(matchedAt);
      return { account_key: accountKey, reference, status: 'PAID', platform_order, ended_at };
    }
    case 'ReceivingAccountRegistered':
    case 'ReceivingAccountChanged':
    case 'ReceivingAccountPaused':
    case 'ReceivingAccountResumed':
    case 'MoneyUnmatched':
    case 'MoneySetAside':
    case 'MoneyReportContradicted':
      return null;
    default:
      return unreachable(event);
  }
}

/** The same of the money. */
export function moneyRow(accountKey: string, event: ReceivingEvent): ProjectionRow | null {
  switch (event.type) {
    case 'MoneyUnmatched': {
      const { why, candidates } = event.data;
      return {
        ...{ ...reported(accountKey, event.data), status: statusOf(why), why, candidates },
      };
    }
    case 'MoneyMatched': {
      const { cid, kind, reason, orderNo: order_no, payNo: pay_no, reference } = event.data;
      return {
        ...{ ...reported(accountKey, event.data), status: 'MATCHED', cid, kind, reason },
        ...{ order_no, pay_no, reference, settled_at: timeText(event.data.matchedAt) },
      };
    }
    case 'MoneySetAside': {
      const { platformOrder: platform_order, reason, setAsideAt } = event.data;
      const settled_at = timeText(setAsideAt);
      return { account_key: accountKey, platform_order, status: 'SET_ASIDE', reason, settled_at };
    }
    case 'MoneyReportContradicted':
      return {
        account_key: accountKey,
        platform_order: event.data.platformOrder,
        contradicted: true,
      };
    case 'ReceivingAccountRegistered':
    case 'ReceivingAccountChanged':
    case 'ReceivingAccountPaused':
    case 'ReceivingAccountResumed':
    case 'OrderActivated':
    case 'OrderDeactivated':
      return null;
    default:
      return unreachable(event);
  }
}

const statusOf = (why: UnmatchedReason): 'AMBIGUOUS' | 'UNMATCHED' =>
  why === 'SEVERAL_ORDERS' ? 'AMBIGUOUS' : 'UNMATCHED';

interface Reported {
  readonly tenant: string;
  readonly pid: string;
  readonly aid: string;
  readonly payway: string;
  readonly channel: string;
  readonly platformOrder: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reportedBy: string;
  readonly receivedAt: number;
}

/** As the client said it; what it saw is left in the log. */
const reported = (accountKey: string, of: Reported): ProjectionRow => ({
  ...{ account_key: accountKey, platform_order: of.platformOrder, tenant: of.tenant },
  ...{ money_id: `${of.pid}.${of.aid}/${of.platformOrder}`, pid: of.pid, aid: of.aid },
  ...{ payway: of.payway, channel: of.channel, amount_minor: of.amountMinor },
  ...{ currency: of.currency, reported_by: of.reportedBy, received_at: timeText(of.receivedAt) },
});
