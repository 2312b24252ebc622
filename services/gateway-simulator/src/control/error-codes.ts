import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** What the control API refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  SIMULATED_PAYMENT_NOT_FOUND: { status: 404, description: 'No gateway has such a payment.' },
  SIMULATED_REFUND_NOT_FOUND: { status: 404, description: 'The payment has no such refund.' },
  PAYMENT_NOT_PENDING: {
    status: 409,
    description: 'The payment is paid, failed or closed, or its time is over: nothing changed.',
  },
  REFUND_REFUSED: {
    status: 409,
    description:
      'The payment is not paid, the refund goes beyond what was paid, or its reference is taken.',
  },
  NO_SUCH_CALLBACK: {
    status: 409,
    description: 'The gateway sends no such callback, or has no address to send it to.',
  },
  RULE_DOES_NOT_FIT: {
    status: 400,
    description: 'This misbehaviour makes no sense on that occasion; the message lists what does.',
  },
  RULE_NOT_FOUND: { status: 404, description: 'There is no rule with this id.' },
  RULE_EXISTS: { status: 409, description: 'There is another rule with this id.' },
  TOO_MANY_RULES: { status: 409, description: 'There are 100 rules. Delete some.' },
});

export const simulatorErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(simulatorErrorCodes);
