import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that this edge refuses, beside what any edge can answer. Closed. */
export const bffErrorCodes = defineErrorCodes({
  ...commonErrorCodes,
  TOKEN_REFUSED: {
    status: 401,
    description: 'The ID token is not one that is taken here, or no longer. Get another.',
  },
  CSRF_REFUSED: {
    status: 403,
    description:
      'The call does not come from a page of this origin, or X-CSRF-Token is not that of the ' +
      'session: GET /api/session gives it. Nothing was done.',
  },
  ROLE_MISSING: { status: 403, description: 'The user does not have the role for this call.' },
  ITEM_NOT_FOUND: {
    status: 404,
    description: 'There is no item of this code; the message names it.',
  },
  ORDER_NOT_FOUND: { status: 404, description: 'There is no order of this number.' },
  INCIDENT_NOT_FOUND: { status: 404, description: 'There is no incident of this id.' },
  ALERT_NOT_FOUND: { status: 404, description: 'There is no alert of this id.' },
  ALERT_ENDED: {
    status: 409,
    description: 'The alert has ended, by itself or by somebody: reopen it first.',
  },
  ALERT_NOT_ENDED: {
    status: 409,
    description: 'The alert has not ended: there is nothing to reopen.',
  },
  ALERT_SUPERSEDED: {
    status: 409,
    description: 'Another alert has taken its place; the alert names it. Decide about that one.',
  },
  LOSS_INVALID: {
    status: 409,
    description: 'More is to be written off than is at stake, or in another currency.',
  },
  NOTHING_AT_STAKE: {
    status: 409,
    description: 'No money is at stake in the alert, so that none can be written off: resolve it.',
  },
  UNTIL_INVALID: {
    status: 400,
    description: 'A suppression ends after now and within 366 days.',
  },
  REMEDY_NOT_FOUND: { status: 404, description: 'There is no remedy of this id.' },
  REMEDY_BEING_DECIDED: {
    status: 409,
    description: 'It is being decided whether the remedy starts. Look again in a moment.',
  },
  REMEDY_STARTED: { status: 409, description: 'The remedy has started: its command is sent.' },
  REMEDY_ENDED: { status: 409, description: 'The remedy has ended.' },
  APPROVALS_TOO_MANY: {
    status: 409,
    description: 'More have approved the remedy than are ever asked for.',
  },
  POLICY_NOT_FOUND: { status: 404, description: 'There is no policy for this rule.' },
  CURRENCIES_MIXED: {
    status: 400,
    description: 'An item is not sold in the currency of the purchase; the message names it.',
  },
  AMOUNT_OUT_OF_RANGE: {
    status: 400,
    description: 'What the items cost together is nothing, or more than 9,999,999,999.99.',
  },
  BALANCE_ABOVE_AMOUNT: {
    status: 400,
    description: 'More is to be taken from the balance than the items cost.',
  },
  CHANNEL_MISSING: {
    status: 400,
    description: 'The balance does not pay all of it, and no channel for the rest is named.',
  },
  PURCHASE_PARAMETERS_DIFFER: {
    status: 409,
    description:
      'The Idempotency-Key or order number was used for another purchase. Nothing changed; use ' +
      'another.',
  },
  ORDER_ALREADY_PAID: {
    status: 409,
    description: 'The order is paid and cannot be cancelled.',
  },
  ORDER_ENDED: {
    status: 409,
    description: 'The order has failed or expired; nothing about it changes any more.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'What was written is not shown yet. Try again.',
  },
  SERVICE_FAILED: {
    status: 502,
    description:
      'A service behind this one gave no answer that makes sense; its log has why, under the ' +
      'correlation id of the answer.',
  },
});

export type BffErrorCode = keyof typeof bffErrorCodes;

export const problem = problemsOf(bffErrorCodes);
