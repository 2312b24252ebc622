import { unreachable } from '@plumbline/kernel';
import { z } from 'zod';
import { gatewayId, minorNumber, minorText, webUrl } from '../answer-fields.ts';
import { failed, unknown, unreadable } from '../answers.ts';
import type { Paid, QueryAnswer, Unknown } from '../port.ts';
import { epochMsOf } from './lakala-time.ts';

/** Fen. Lakala's pages say "long", its examples show numbers and text. */
const fen = () => z.union([minorNumber(), minorText()]);

export const createdOrder = z.object({
  out_order_no: z.string(),
  merchant_no: z.string(),
  pay_order_no: gatewayId(),
  total_amount: fen(),
  counter_url: webUrl(),
});

/** One movement of money on an order. */
const trade = z.object({
  trade_no: gatewayId(),
  /** PAY, REFUND or CANCEL. */
  trade_type: z.string(),
  /** S done, F failed, C reversed, U noted, X not sent, T timed out, P under way. */
  trade_status: z.string(),
  trade_amount: fen(),
  trade_time: z.string().nullish(),
});
type Trade = z.output<typeof trade>;

/**
 *   0 to be paid ──► 1 being paid ──► 2 paid ──► 6 refunded in part or in all
 *        │                └─────────► 3 failed
 *        └► 4 expired, 5 cancelled, 7 closed
 */
const orderStatus = z.enum(['0', '1', '2', '3', '4', '5', '6', '7']);

const order = {
  out_order_no: z.string(),
  merchant_no: z.string(),
  order_status: orderStatus,
};

export const closedOrder = z.object(order);

/** Trades stand with the latest first. */
export const queriedOrder = z.object({
  ...order,
  order_trade_info_list: z.array(trade).nullish(),
});

export const notifiedOrder = z.object({ ...order, order_trade_info: trade.nullish() });

const isDone = ({ trade_status: status }: Trade): boolean => status === 'S';
const isPayment = (one: Trade): boolean => one.trade_type === 'PAY' && isDone(one);
const goesBack = (one: Trade): boolean =>
  (one.trade_type === 'REFUND' || one.trade_type === 'CANCEL') && isDone(one);

const sum = (trades: readonly Trade[]): bigint =>
  trades.reduce((total, { trade_amount: amount }) => total + amount, 0n);

/** What an order's status and its trades mean together; unknown where they disagree. */
export function orderMeans(queried: z.output<typeof queriedOrder>): QueryAnswer {
  const { order_status: status, order_trade_info_list: listed } = queried;
  const trades = listed ?? [];
  const payments = trades.filter(isPayment);
  switch (status) {
    case '2':
    case '6': {
      const back = trades.filter(goesBack);
      const refundedMinor = status === '6' && back.length === 0 ? null : sum(back);
      return paidBy(payments, refundedMinor) ?? unreadable('a paid order without its payment');
    }
    case '0':
    case '1':
      return payments.length > 0 ? contradictory() : { kind: 'pending' };
    case '3':
      return payments.length > 0 ? contradictory() : failed('3', 'the payment has failed');
    case '4':
    case '5':
    case '7':
      return payments.length > 0 ? contradictory() : { kind: 'closed' };
    default:
      return unreachable(status);
  }
}

const contradictory = (): Unknown =>
  unknown('CONTRADICTORY', 'an order that is not paid lists a payment that is done');

/** All payments together, so that a second one shows in the amount; the first one's number. */
function paidBy(payments: readonly Trade[], refundedMinor: bigint | null): Paid | null {
  const first = payments.at(-1);
  if (first === undefined) return null;
  return {
    ...{ kind: 'paid', gatewayTransactionId: first.trade_no },
    ...{ amountMinor: sum(payments), currency: 'CNY', refundedMinor },
    paidAtMs: epochMsOf(first.trade_time ?? ''),
  };
}

export type NotifiedMeaning =
  Paid | ReturnType<typeof failed> | { readonly kind: 'closed' } | { readonly kind: 'pending' };

/**
 * What a notification says. It carries one trade only, and of a refund not our number, so that all
 * but a payment, a failure and a closing is something to ask about.
 */
export function notifiedMeans(notified: z.output<typeof notifiedOrder>): NotifiedMeaning {
  const { order_status: status, order_trade_info: one } = notified;
  const payments = one !== null && one !== undefined && isPayment(one) ? [one] : [];
  switch (status) {
    case '2':
      return paidBy(payments, null) ?? { kind: 'pending' };
    case '3':
      return payments.length > 0 ? { kind: 'pending' } : failed('3', 'the payment has failed');
    case '4':
    case '5':
    case '7':
      return payments.length > 0 ? { kind: 'pending' } : { kind: 'closed' };
    case '0':
    case '1':
    case '6':
      return { kind: 'pending' };
    default:
      return unreachable(status);
  }
}

export const refundData = z.object({
  out_trade_no: z.string(),
  trade_no: gatewayId(),
  trade_state: z.enum(['INIT', 'SUCCESS', 'FAIL', 'DEAL', 'PROCESSING', 'TIMEOUT', 'EXCEPTION']),
  refund_amount: fen(),
});
