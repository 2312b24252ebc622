import type { ErrorCodes } from '@plumbline/http';
import { defineErrorCodes } from '@plumbline/http';
import { refusals } from '../auth/refusals.ts';
import { clientsErrorTable } from './clients/error-codes.ts';

/** Why a call is not let in, as docs/monitor-signatures.md has it. */
const refusalCodes: ErrorCodes = defineErrorCodes(
  Object.fromEntries(
    Object.entries(refusals).map(([code, { status, description }]) => [
      code.toUpperCase(),
      { status, description },
    ]),
  ),
);

/** All that this process answers, for the documentation. */
export const documentedErrorCodes: ErrorCodes = { ...refusalCodes, ...clientsErrorTable };
