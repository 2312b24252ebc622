import type { Decision, Json } from '@plumbline/kernel';
import type { PaymentEvent } from './events.ts';
import type { PaymentState } from './state.ts';
import { contractStatus } from './state.ts';

/** Why a callback changed nothing. */
export type CallbackCode =
  'CALLBACK_REPEATED' | 'PAYMENT_ENDED' | 'PAYMENT_NOT_FOUND' | 'CALLBACK_NOT_APPLICABLE';

/** Contract 1's messages, by the code of what became of the callback. */
const messages: Readonly<Record<CallbackCode | 'PROCESSED', string>> = {
  PROCESSED: '回调处理成功',
  CALLBACK_REPEATED: '重复回调，已忽略',
  PAYMENT_ENDED: '支付单已结束，回调已忽略',
  PAYMENT_NOT_FOUND: '支付单不存在',
  CALLBACK_NOT_APPLICABLE: '该支付渠道不适用此回调',
};

const isCallbackCode = (code: string): code is CallbackCode => code in messages;

/** `result`, `message`, `payNo` and `currentStatus` of contract 1, and the code behind them. */
export function callbackAnswer(
  payNo: string,
  state: PaymentState,
  decision: Decision<PaymentEvent>,
): Json {
  const recorded =
    decision.kind === 'accepted'
      ? decision.events.find((event) => event.type === 'PaymentCallbackRecorded')
      : undefined;
  const known = state.status !== 'none' && state.payNo === payNo;
  const currentStatus = known ? contractStatus(state.status) : null;
  if (recorded !== undefined) {
    const { result, code } = recorded.data;
    const message = messages[code !== null && isCallbackCode(code) ? code : 'PROCESSED'];
    return { result, code, message, payNo, currentStatus };
  }
  // Nothing new was said: the same callback as before, and what it met then it meets again.
  const code = repeatedCode(known, state);
  const result = code === 'CALLBACK_REPEATED' ? 'IGNORED' : 'FAILED';
  return { result, code, message: messages[code], payNo, currentStatus };
}

function repeatedCode(known: boolean, state: PaymentState): CallbackCode {
  if (!known || state.status === 'none') return 'PAYMENT_NOT_FOUND';
  return state.channel === 'MOCK' ? 'CALLBACK_REPEATED' : 'CALLBACK_NOT_APPLICABLE';
}
