import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that this edge refuses, beside what any edge can answer. Closed. */
export const queriesErrorCodes = defineErrorCodes({
  ...commonErrorCodes,
  ALERT_NOT_FOUND: { status: 404, description: 'There is no alert of this id.' },
  INCIDENT_NOT_FOUND: { status: 404, description: 'There is no incident of this id.' },
  REMEDY_NOT_FOUND: { status: 404, description: 'There is no remedy of this id.' },
  ORDER_NOT_FOUND: {
    status: 404,
    description: 'There is neither an order of this number nor a payment for one.',
  },
  POSITION_UNKNOWN: {
    status: 409,
    description: 'The position is of another log, or beyond its end. Begin anew.',
  },
  POSITION_GONE: {
    status: 410,
    description: 'What comes after the position is not all there any more. Begin anew.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'The read model has not reached the position asked for. Try again.',
  },
});

export const problem = problemsOf(queriesErrorCodes);
