import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a remedy, with what it means. The HTTP edge maps the codes to statuses. */
export const remedyRejections = {
  REMEDY_NOT_FOUND: 'there is no remedy of this id',
  REMEDY_BEING_DECIDED: 'it is being decided whether it starts; look again',
  REMEDY_STARTED: 'it has started',
  REMEDY_ENDED: 'it has ended',
  NO_PERSON: 'only a person approves or rejects a remedy',
  REASON_INVALID: 'a reason has 1 to 500 characters',
  APPROVALS_TOO_MANY: 'more have approved it than are ever asked for',
} as const;

export type RemedyRejectionCode = keyof typeof remedyRejections;

export interface RemedyRejection extends Rejection {
  readonly code: RemedyRejectionCode;
}

export const remedyRejection = (code: RemedyRejectionCode): RemedyRejection => ({
  code,
  message: remedyRejections[code],
});
