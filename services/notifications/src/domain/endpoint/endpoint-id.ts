import { invariant, routingKey } from '@plumbline/kernel';

/**
 * `ep_<tenant>_<24 hex digits>`: whoever has the id of an endpoint knows whose it is, and with it the
 * record key under which it stands, without asking anybody.
 */
export const endpointIdForm = /^ep_([A-Za-z0-9_-]{1,32})_([0-9a-f]{24})$/;

/** @param random 24 hex digits that nobody else has */
export function endpointIdOf(tenant: string, random: string): string {
  const endpointId = `ep_${tenant}_${random}`;
  invariant(endpointIdForm.test(endpointId), `no id of an endpoint: ${endpointId}`);
  return endpointId;
}

/** Whose endpoint it is; `null` for what is no id of one. */
export const tenantOfEndpoint = (endpointId: string): string | null =>
  endpointIdForm.exec(endpointId)?.[1] ?? null;

/** The record key of an endpoint, a routing key like an order's; what is no id leads nowhere else. */
export function endpointKeyOf(endpointId: string): string {
  const tenant = tenantOfEndpoint(endpointId);
  return tenant === null ? endpointId : routingKey(tenant, endpointId);
}
