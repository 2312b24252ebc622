import type { Json } from '@plumbline/kernel';
import { refundedMinor } from './refunds.ts';
import type { PaymentState } from './state.ts';
import { contractStatus, hasEnded } from './state.ts';

/** The payment as JSON: amounts as strings of minor units, times as epoch milliseconds. */
export function shown(state: PaymentState): Json {
  if (state.status === 'none') return null;
  return {
    id: state.id.toString(),
    payNo: state.payNo,
    orderNo: state.orderNo,
    amountMinor: state.amountMinor.toString(),
    currency: state.currency,
    status: contractStatus(state.status),
    channel: state.channel,
    channelTradeNo: 'channelTradeNo' in state ? state.channelTradeNo : null,
    paidAtMs: state.status === 'succeeded' ? state.paidAtMs : null,
    expireAtMs: state.expireAtMs,
    createdAtMs: state.createdAtMs,
    payUrl: state.gateway?.payUrl ?? null,
    account: state.gateway?.policy.account ?? null,
    capturedMinor: (hasEnded(state) ? state.capturedMinor : 0n).toString(),
    refundedMinor: refundedMinor(state).toString(),
  };
}
