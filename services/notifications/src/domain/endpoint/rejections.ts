import type { Rejection } from '@plumbline/kernel';

/** Every refusal of an endpoint, with what it means. The HTTP edge maps the codes to statuses. */
export const endpointRejections = {
  ENDPOINT_NOT_FOUND: 'there is no endpoint of this id',
  ENDPOINT_REMOVED: 'this endpoint was removed',
  ENDPOINT_EXISTS: 'there is an endpoint of this id, with other settings',
  ENDPOINT_DISABLED: 'this endpoint said that it is gone; resume it first',
  SETTINGS_INVALID: 'these settings cannot be',
} as const;

export type EndpointRejectionCode = keyof typeof endpointRejections;

export interface EndpointRejection extends Rejection {
  readonly code: EndpointRejectionCode;
}

export const endpointRejection = (
  code: EndpointRejectionCode,
  details?: NonNullable<Rejection['details']>,
): EndpointRejection => ({
  code,
  message: endpointRejections[code],
  ...(details === undefined ? {} : { details }),
});
