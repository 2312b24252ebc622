import type { AccountsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectionRow } from '@plumbline/postgres';
import type { HoldStatus } from '../domain/account/state.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

/** By how much an event moves a balance and what is held of it; `null` for one about no money. */
export function moveOf(event: AccountsEvent) {
  if (event.type === 'HoldBarred') return null;
  const { amountMinor, currency } = event.data;
  const by = (balanceMinor: bigint, heldMinor: bigint) => ({ currency, balanceMinor, heldMinor });
  switch (event.type) {
    case 'AccountCredited':
      return by(amountMinor, 0n);
    case 'AccountDebited':
      return by(-amountMinor, 0n);
    case 'FundsHeld':
      return by(0n, amountMinor);
    case 'HoldReleased':
    case 'HoldExpired':
      return by(0n, -amountMinor);
    case 'HoldCaptured':
      // What had ended by time was no longer held.
      return by(-amountMinor, event.data.afterExpiry ? 0n : -amountMinor);
    default:
      return unreachable(event);
  }
}

/** The entry of an event that moved a balance; `null` for the others. */
export function entryRow(event: AccountsEvent, balanceAfter: bigint | null): ProjectionRow | null {
  if (balanceAfter === null) return null;
  const row = (kind: string, entryId: string, rest: ProjectionRow) => ({
    ...{ kind, entry_id: entryId, balance_after_minor: balanceAfter, ...rest },
  });
  switch (event.type) {
    case 'AccountCredited': {
      const { entryId, amountMinor: amount_minor, currency, reason, creditedAt } = event.data;
      const at = timeText(creditedAt);
      return row('CREDIT', entryId, { amount_minor, currency, reason, at });
    }
    case 'AccountDebited': {
      const { entryId, amountMinor: amount_minor, currency, reason, debitedAt } = event.data;
      const at = timeText(debitedAt);
      return row('DEBIT', entryId, { amount_minor, currency, reason, at });
    }
    case 'HoldCaptured': {
      const { holdId, amountMinor: amount_minor, currency, orderNo, capturedAt } = event.data;
      const at = timeText(capturedAt);
      return row('CAPTURE', holdId, { amount_minor, currency, order_no: orderNo, at });
    }
    case 'FundsHeld':
    case 'HoldReleased':
    case 'HoldExpired':
    case 'HoldBarred':
      return null;
    default:
      return unreachable(event);
  }
}

/**
 * What an event says of its hold: the columns that it changes, those beside them stay; `null` for an
 * event that is about none.
 */
export function holdRow(accountKey: string, event: AccountsEvent): ProjectionRow | null {
  if (event.type === 'AccountCredited' || event.type === 'AccountDebited') return null;
  const row = (status: HoldStatus, rest: ProjectionRow) => ({
    ...{ account_key: accountKey, hold_id: event.data.holdId, status, ...rest },
  });
  switch (event.type) {
    case 'FundsHeld': {
      const { orderNo, amountMinor, currency, expireAt } = event.data;
      const money = { amount_minor: amountMinor, currency };
      return row('OPEN', { order_no: orderNo, ...money, expire_at: timeText(expireAt) });
    }
    case 'HoldCaptured': {
      const { afterExpiry: after_expiry, capturedAt } = event.data;
      return row('CAPTURED', { after_expiry, ended_at: timeText(capturedAt) });
    }
    case 'HoldReleased': {
      const { reason, releasedAt } = event.data;
      return row('RELEASED', { reason, ended_at: timeText(releasedAt) });
    }
    case 'HoldExpired':
      return row('EXPIRED', { ended_at: timeText(event.data.expiredAt) });
    case 'HoldBarred': {
      const { reason, barredAt } = event.data;
      return row('BARRED', { reason, ended_at: timeText(barredAt) });
    }
    default:
      return unreachable(event);
  }
}
