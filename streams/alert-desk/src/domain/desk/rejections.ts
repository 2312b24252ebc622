import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a desk, with what it means. The HTTP edge maps the codes to statuses. */
export const deskRejections = {
  DESK_OF_ANOTHER_TENANT: 'this desk is that of another tenant',
  POLICY_INVALID: 'this policy cannot be',
  POLICY_WITHOUT_LIMIT: 'a policy by which anything starts needs its limits',
  POLICY_CYCLE: 'what this remedy does may raise the very rule again',
  REMEDY_NOT_FOR_RULE: 'this remedy is none for this rule',
  POLICY_NOT_FOUND: 'there is no policy for this rule',
  POLICY_OBSERVES: 'the policy only observes',
  POLICY_CHANGED: 'the policy has another remedy by now',
  REMEDIES_STOPPED: 'remedies are stopped',
  AMOUNT_INVALID: 'there is no such amount to move',
  CURRENCY_WITHOUT_LIMIT: 'the policy has no limit in this currency',
  ABOVE_REMEDY_LIMIT: 'it is more than one remedy may move',
  APPROVAL_MISSING: 'it needs to be approved',
  HOUR_COUNT_USED_UP: 'no more remedies start within this hour',
  HOUR_SUM_USED_UP: 'no more money is moved within this hour',
} as const;

export type DeskRejectionCode = keyof typeof deskRejections;

export interface DeskRejection extends Rejection {
  readonly code: DeskRejectionCode;
}

export const deskRejection = (
  code: DeskRejectionCode,
  details?: NonNullable<Rejection['details']>,
): DeskRejection => ({
  code,
  message: deskRejections[code],
  ...(details === undefined ? {} : { details }),
});
