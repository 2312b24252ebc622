import { defineErrorCodes, problemsOf } from '@plumbline/http';
import { monitorErrorCodes } from '../error-codes.ts';

/** What the routes of clients refuse beside what the whole edge does. */
export const clientErrorCodes = defineErrorCodes({
  CLIENT_INVALID: {
    status: 400,
    description:
      "A client's id is its merchant's own, or begins with mc_; the details name what is wrong.",
  },
  OVERLAP_TOO_LONG: { status: 400, description: 'Two keys are good at once for 30 days at most.' },
  TOO_MANY_KEYS: {
    status: 409,
    description: 'Eight keys of the client are good already: rotate with a shorter overlap.',
  },
});

/** The whole table of these routes. */
export const clientsErrorTable = defineErrorCodes({ ...monitorErrorCodes, ...clientErrorCodes });

export const problem = problemsOf(clientsErrorTable);
