import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a checkout, with what it means. */
export const sagaRejections = {
  CHECKOUT_NOT_FOUND: 'no checkout leads this order',
  CHECKOUT_ENDED: 'the checkout has ended: there is nothing to push',
  CHECKOUT_WAITS_FOR_PAYMENT: 'the checkout waits for the buyer to pay: ask about the payment',
  LINE_UNKNOWN: 'the checkout made no such reservation',
  HOLD_UNKNOWN: 'the checkout holds nothing under this id',
  ANSWER_UNKNOWN: 'the answer is to a question that this version does not know',
} as const;

export type SagaRejectionCode = keyof typeof sagaRejections;

export interface SagaRejection extends Rejection {
  readonly code: SagaRejectionCode;
}

export const sagaRejection = (code: SagaRejectionCode): SagaRejection => ({
  code,
  message: sagaRejections[code],
});
