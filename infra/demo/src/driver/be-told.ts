import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pollMs, retryAfterMs, retriesMax, tellForMs } from '../limits.ts';
import { toldEndpoints } from '../plan/told-endpoints.ts';
import type { Answer, HttpCalls } from './http-calls.ts';
import type { Merchant } from './merchant.ts';

/** By this the demo knows its own endpoints, those of a run that was killed among them. */
const description = 'npm run demo';

const listed = z.object({
  data: z.object({
    endpoints: z.array(z.object({ endpointId: z.string(), description: z.string().nullable() })),
  }),
});
const registered = z.object({ data: z.object({ endpointId: z.string(), secret: z.string() }) });
const shown = z.object({
  data: z.object({ health: z.object({ waiting: z.number(), retryFailed: z.number() }) }),
});

/** The merchant's endpoints, at the notifications process. */
export interface Told {
  /**
   * Waits until everything has come that is waited for, and nothing else waits to be delivered.
   * False when it takes too long.
   */
  untilDelivered(hasCome: () => boolean): Promise<boolean>;
  remove(): Promise<void>;
}

/**
 * Registers the merchant's endpoints, so that whatever happens from now on is told to them; those of
 * earlier runs go. Errors: when an endpoint is not taken.
 */
export async function beTold(options: {
  readonly calls: HttpCalls;
  readonly url: string;
  readonly merchant: Merchant;
  readonly signal: AbortSignal;
}): Promise<Told> {
  const { calls, merchant, signal } = options;
  const url = `${options.url}/api/v1/webhook-endpoints`;
  const removeAll = async (): Promise<void> => {
    const { data } = listed.parse(taken(await calls.call({ method: 'GET', url })));
    const own = data.endpoints.filter((each) => each.description === description);
    for (const { endpointId } of own)
      taken(await calls.call({ method: 'DELETE', url: `${url}/${endpointId}` }));
  };
  await removeAll();
  const ids: string[] = [];
  for (const { name, events, failures } of toldEndpoints) {
    const intervals = Array.from({ length: retriesMax }, () => `${retryAfterMs / 1_000}s`);
    const body = { url: merchant.url(name), events, intervals, description };
    // A call that is made again means the same endpoint.
    const headers = { 'Idempotency-Key': randomUUID() };
    const answer = await calls.call({ method: 'POST', url, body, headers });
    const { data } = registered.parse(taken(answer));
    merchant.expect(name, { secret: data.secret, failures });
    ids.push(data.endpointId);
  }
  const isDelivered = async (endpointId: string): Promise<boolean> => {
    const answer = await calls.call({ method: 'GET', url: `${url}/${endpointId}` });
    const { health } = shown.parse(taken(answer)).data;
    return health.waiting === 0 && health.retryFailed === 0;
  };
  return {
    async untilDelivered(hasCome) {
      const untilMs = performance.now() + tellForMs;
      for (;;) {
        if (hasCome() && (await Promise.all(ids.map(isDelivered))).every(Boolean)) return true;
        if (performance.now() > untilMs) return false;
        await sleep(pollMs, undefined, { signal });
      }
    },
    remove: removeAll,
  };
}

function taken({ status, body }: Answer): unknown {
  if (status < 300) return body;
  throw new Error(`the notifications process answers ${status}: ${JSON.stringify(body)}`);
}
