import { commonErrorCodes, deciderErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the notifications edge refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  ...deciderErrorCodes,
  URL_NOT_ALLOWED: {
    status: 400,
    description: 'Notifications are not sent to this URL; the message says why and what can be.',
  },
  TEMPLATE_INVALID: {
    status: 400,
    description: 'The template cannot be used; the message names the line and what to do.',
  },
  SETTINGS_INVALID: { status: 400, description: 'The settings of the endpoint cannot be.' },
  PAYMENT_NOT_FOUND: {
    status: 404,
    description: 'Nobody was notified of a payment of this number.',
  },
  NOTIFICATION_NOT_FOUND: {
    status: 404,
    description: 'There is no notification of this id, or its time is over.',
  },
  ENDPOINT_NOT_FOUND: { status: 404, description: 'There is no endpoint of this id.' },
  NOTIFICATION_CONFLICT: {
    status: 409,
    description: 'This was notified before with other parameters; the message names the field.',
  },
  STATUS_FOLLOWS_LOG: {
    status: 409,
    description: 'The status of this payment comes from its own events and cannot be set here.',
  },
  RETRY_NOT_ALLOWED: {
    status: 409,
    description: 'Only a notification that is PENDING or FAILED can be retried.',
  },
  REPLAY_NOT_ALLOWED: {
    status: 409,
    description: 'Only a notification that ended as SUCCESS or RETRY_FAILED can be replayed.',
  },
  ABANDON_NOT_ALLOWED: {
    status: 409,
    description: 'The notification has ended, or was given up for another reason.',
  },
  TOO_MANY_NOTIFICATIONS: {
    status: 409,
    description: 'So many notifications of one order cannot be kept.',
  },
  TOO_MANY_ENDPOINTS: { status: 409, description: 'A tenant has 100 endpoints at most.' },
  ENDPOINT_EXISTS: {
    status: 409,
    description: 'There is an endpoint of this id with other settings.',
  },
  ENDPOINT_REMOVED: { status: 409, description: 'The endpoint was removed; register another.' },
  ENDPOINT_DISABLED: {
    status: 409,
    description: 'The endpoint said that it is gone; resume it first.',
  },
});

/** The whole table, for answers and for the documentation. */
export const notificationsErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(notificationsErrorCodes);
