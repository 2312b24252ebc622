import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from './gateway-world.ts';
import type { Targets } from './load.ts';

export interface MerchantCall {
  readonly method: 'GET' | 'POST';
  /** Below /api/v1. */
  readonly path: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
}

export interface MerchantAnswer {
  readonly status: number;
  readonly body: Json;
}

export const merchantApp = 'demo_app';

/** One attempt; null when nobody answered. */
export async function callMerchantApi(
  targets: Pick<Targets, 'payments'>,
  { method, path, body, idempotencyKey }: MerchantCall,
): Promise<MerchantAnswer | null> {
  try {
    const response = await fetch(`${targets.payments()}/api/v1${path}`, {
      method,
      headers: {
        ...{ 'content-type': 'application/json', authorization: 'Bearer local-merchant-key' },
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  } catch {
    return null;
  }
}

/** Says whether a later repeat may be answered otherwise. */
const isUndecided = (answer: MerchantAnswer | null): answer is null =>
  answer === null ||
  answer.status >= 500 ||
  answer.status === 429 ||
  answer.body['code'] === 'IDEMPOTENCY_KEY_IN_USE';

/** As a careful client does: the same call again until it is decided. */
export async function decidedByMerchantApi(
  targets: Pick<Targets, 'payments'>,
  call: MerchantCall,
  withinMs = 90_000,
): Promise<MerchantAnswer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await callMerchantApi(targets, call);
    if (!isUndecided(answer)) return answer;
    if (performance.now() > deadline) {
      const said = JSON.stringify(answer);
      throw new Error(`${call.method} ${call.path}: ${said} for ${withinMs} ms`);
    }
    await sleep(500);
  }
}
