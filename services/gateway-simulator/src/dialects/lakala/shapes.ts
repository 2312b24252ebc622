import type { Books } from '../../books/books.ts';
import { refundsOf } from '../../books/books.ts';
import type { Payment, Refund } from '../../books/payment.ts';
import type { Lie } from '../dialect.ts';
import { orderStatus } from './codes.ts';
import { compactTime } from './times.ts';

export interface Merchant {
  readonly merchantNo: string;
  readonly termNo: string;
}

const fen = (amountMinor: bigint, lie: Lie): number =>
  Number(lie === 'amount' ? amountMinor + 1n : amountMinor);

const shownMerchant = ({ merchantNo }: Merchant, lie: Lie): string =>
  lie === 'merchant'
    ? `${merchantNo.slice(0, -1)}${merchantNo.endsWith('0') ? '1' : '0'}`
    : merchantNo;

export function statusOf(payment: Payment): string {
  switch (payment.status) {
    case 'PENDING':
      return orderStatus.pending;
    case 'SUCCESS':
      return payment.refundedMinor > 0n ? orderStatus.refunded : orderStatus.paid;
    case 'FAILED':
      return orderStatus.failed;
    case 'CLOSED':
      return payment.reason === 'EXPIRED' ? orderStatus.expired : orderStatus.closed;
  }
}

/** What every answer and notification says of an order. */
const orderFields = (payment: Payment, merchant: Merchant, lie: Lie) => ({
  pay_order_no: payment.orderId,
  out_order_no: payment.reference,
  channel_id: '1',
  trans_merchant_no: shownMerchant(merchant, lie),
  trans_term_no: merchant.termNo,
  merchant_no: shownMerchant(merchant, lie),
  term_no: merchant.termNo,
  order_info: payment.subject,
  total_amount: fen(payment.amountMinor, lie),
  order_create_time: compactTime(payment.createdAtMs),
  order_efficient_time: compactTime(payment.expireAtMs),
});

/** A trade of an order without its statement number, whose name differs from page to page. */
const paymentTrade = (payment: Payment, said: { ok: boolean; atMs: number }, lie: Lie) => ({
  trade_no: payment.transactionId,
  trade_type: 'PAY',
  trade_status: said.ok ? 'S' : 'F',
  trade_amount: fen(payment.amountMinor, lie),
  payer_amount: fen(payment.amountMinor, lie),
  ...{ user_id1: '', user_id2: '', busi_type: 'SCPAY' },
  trade_time: compactTime(said.atMs),
  acc_trade_no: payment.statementId,
  ...{ acc_type: '99', pay_mode: 'ALIPAY' },
});

const refundTrade = (payment: Payment, refund: Refund, ok: boolean, lie: Lie) => ({
  trade_no: refund.refundId,
  trade_type: 'REFUND',
  trade_status: ok ? 'S' : 'F',
  trade_amount: fen(refund.amountMinor, lie),
  payer_amount: fen(refund.amountMinor, lie),
  busi_type: 'SCPAY',
  trade_time: compactTime(refund.settledAtMs ?? refund.createdAtMs),
  acc_trade_no: refund.refundId.slice(-14),
  ...{ acc_type: '99', pay_mode: 'ALIPAY', origin_trade_no: payment.transactionId },
});

/** The query's `resp_data`; newest trade first. Only here the statement number is `log_No`. */
export function queriedOrder(books: Books, payment: Payment, merchant: Merchant, lie: Lie) {
  const refunds = refundsOf(books, payment)
    .filter(({ status }) => status !== 'PENDING')
    .map((refund) => ({
      ...refundTrade(payment, refund, refund.status === 'SUCCESS', lie),
      log_No: refund.refundId.slice(-14),
    }))
    .reverse();
  const trades =
    payment.status === 'SUCCESS' || payment.status === 'FAILED'
      ? [
          {
            ...paymentTrade(payment, endOf(payment), lie),
            log_No: payment.statementId,
          },
        ]
      : [];
  return {
    ...orderFields(payment, merchant, lie),
    order_status: statusOf(payment),
    order_trade_info_list: [...refunds, ...trades],
  };
}

const endOf = (payment: Payment): { ok: boolean; atMs: number } => {
  if (payment.status === 'SUCCESS') return { ok: true, atMs: payment.paidAtMs };
  if (payment.status === 'FAILED') return { ok: false, atMs: payment.failedAtMs };
  return { ok: false, atMs: payment.createdAtMs };
};

/** The notification about a payment, as true or untrue as its caller wants it. */
export const notifiedPayment = (
  payment: Payment,
  said: { readonly ok: boolean; readonly atMs: number },
  merchant: Merchant,
  lie: Lie,
) => ({
  ...orderFields(payment, merchant, lie),
  order_status: said.ok ? orderStatus.paid : orderStatus.failed,
  order_trade_info: {
    ...paymentTrade(payment, said, lie),
    log_no: payment.statementId,
    settle_merchant_no: shownMerchant(merchant, lie),
    settle_term_no: merchant.termNo,
  },
});

export const notifiedRefund = (
  payment: Payment,
  said: { readonly refund: Refund; readonly ok: boolean },
  merchant: Merchant,
  lie: Lie,
) => ({
  ...orderFields(payment, merchant, lie),
  order_status: said.ok ? orderStatus.refunded : orderStatus.paid,
  order_trade_info: {
    ...refundTrade(payment, said.refund, said.ok, lie),
    log_no: said.refund.refundId.slice(-14),
    settle_merchant_no: shownMerchant(merchant, lie),
    settle_term_no: merchant.termNo,
  },
});

export const createdOrder = (
  payment: Payment,
  options: { readonly counterUrl: string; readonly merchant: Merchant; readonly lie: Lie },
) => ({
  merchant_no: shownMerchant(options.merchant, options.lie),
  channel_id: '1',
  out_order_no: payment.reference,
  order_create_time: compactTime(payment.createdAtMs),
  order_efficient_time: compactTime(payment.expireAtMs),
  pay_order_no: payment.orderId,
  total_amount: fen(payment.amountMinor, options.lie),
  counter_url: options.counterUrl,
});

export const closedOrder = (payment: Payment, merchant: Merchant, lie: Lie) => ({
  merchant_no: shownMerchant(merchant, lie),
  out_order_no: payment.reference,
  pay_order_no: payment.orderId,
  channel_id: '1',
  order_status: statusOf(payment),
});

const tradeStates = { PENDING: 'PROCESSING', SUCCESS: 'SUCCESS', FAILED: 'FAIL' } as const;
const queriedStates = { PENDING: 'DEAL', SUCCESS: 'SUCCESS', FAILED: 'FAIL' } as const;

const fenText = (amountMinor: bigint, lie: Lie): string =>
  (lie === 'amount' ? amountMinor + 1n : amountMinor).toString();

/** `rfd/refund_front/refund`, and with fewer fields `lams/trade/trade_refund`. */
export const acceptedRefund = (
  payment: Payment,
  refund: Refund,
  said: { readonly merchant: Merchant; readonly lie: Lie },
) => ({
  trade_state: tradeStates[refund.status],
  refund_type: '00',
  merchant_no: shownMerchant(said.merchant, said.lie),
  ...refundNumbers(payment, refund, said.lie),
  total_amount: fenText(payment.amountMinor, said.lie),
});

/** `rfd/refund_front/refund_query`, and an element of `lams/trade/trade_refund_query`'s list. */
export const queriedRefund = (payment: Payment, refund: Refund, lie: Lie) => ({
  trade_state: queriedStates[refund.status],
  ...refundNumbers(payment, refund, lie),
  account_type: 'ALIPAY',
  origin_total_amount: fenText(payment.amountMinor, null),
});

const refundNumbers = (payment: Payment, refund: Refund, lie: Lie) => ({
  out_trade_no: refund.refundReference,
  trade_no: refund.refundId,
  log_no: refund.refundId.slice(-14),
  acc_trade_no: refund.refundId.slice(-14),
  refund_amount: fenText(refund.amountMinor, lie),
  payer_amount: fenText(refund.amountMinor, lie),
  trade_time: compactTime(refund.settledAtMs ?? refund.createdAtMs),
  origin_log_no: payment.statementId,
  origin_trade_no: payment.transactionId,
  origin_out_trade_no: payment.reference,
  channel_ret_desc: refund.status === 'FAILED' ? 'RFD00001#失败' : 'RFD00000#成功',
});
