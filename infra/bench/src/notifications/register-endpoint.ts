import type { Platform } from '@plumbline/local';
import { z } from 'zod';
import { askPatiently } from '../shop/ask.ts';

/** An endpoint that is registered, alone in its tenant. */
export interface Endpoint {
  readonly tenant: string;
  readonly endpointId: string;
}

/** What an endpoint is registered with, beside its URL. */
export interface EndpointRequest {
  readonly concurrency?: number;
  readonly intervals?: readonly string[];
  /** `payment.succeeded` unless given. */
  readonly events?: readonly string[];
}

const registered = z.object({ data: z.object({ endpointId: z.string() }) });

/** Who is told of the events of a tenant. The same tenant again is the same endpoint. */
export async function registerEndpoint(of: {
  readonly platform: Pick<Platform, 'url'>;
  readonly asked: EndpointRequest;
  readonly tenant: string;
  /** Where it is. */
  readonly target: string;
  readonly signal: AbortSignal;
}): Promise<Endpoint> {
  const { platform, asked, tenant, target, signal } = of;
  const url = `${platform.url('notifications')}/api/v1/webhook-endpoints?tenant=${tenant}`;
  const body = { events: ['payment.succeeded'], ...asked, url: target };
  const headers = { 'idempotency-key': tenant };
  const answer = await askPatiently({ method: 'POST', url, body, headers, signal });
  return { tenant, endpointId: registered.parse(answer.body).data.endpointId };
}
