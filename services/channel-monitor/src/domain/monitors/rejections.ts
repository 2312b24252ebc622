import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a monitor client, with what it means. The HTTP edge maps the codes to statuses. */
export const clientRejections = {
  CLIENT_NOT_FOUND: 'there is no such client of this merchant',
  CLIENT_EXISTS: 'the client was registered before, with other parameters',
  CLIENT_REVOKED: 'the client was revoked, for good; register another',
  CLIENT_INVALID: 'no client can be like that',
  OVERLAP_TOO_LONG: 'two keys are good at once for 30 days at most',
  TOO_MANY_KEYS: 'eight keys of the client are good already; rotate with a shorter overlap',
} as const;

export type ClientRejectionCode = keyof typeof clientRejections;

export interface ClientRejection extends Rejection {
  readonly code: ClientRejectionCode;
}

export const clientRejection = (
  code: ClientRejectionCode,
  details?: NonNullable<Rejection['details']>,
): ClientRejection => ({
  code,
  message: clientRejections[code],
  ...(details === undefined ? {} : { details }),
});
