/** The load generator, a process of its own: what it measures must not share its event loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { Agent, request } from 'undici';
import { connectionsMax, inFlightMax, requestTimeoutMs } from '../limits.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { countOf } from './job.ts';
import { unsafeHeaders } from '../shop/people.ts';
import { openLoop } from './open-loop.ts';
import { summarise } from './summarise.ts';

const amount = '99.99';

function bodyOf(job: LoadJob, index: number): string {
  const orderNo = `${job.prefix}-${index}`;
  switch (job.call) {
    case 'POST /orders': {
      const items = [{ sku: 'plumb-bob', quantity: 1, unitAmount: amount }];
      return JSON.stringify({ orderNo, items, amount, currency: 'CNY' });
    }
    case 'POST /payments':
      return JSON.stringify({ orderNo, amount, channel: 'MOCK' });
    case 'POST /api/monitor/records':
      return JSON.stringify(takenInTurn(job.reports, index).body);
    case 'POST /api/purchases': {
      const { sku, ...paid } = takenInTurn(job.shop.baskets, index);
      return JSON.stringify({ orderNo, items: [{ sku, quantity: 1 }], ...paid });
    }
  }
}

function headersOf(job: LoadJob, index: number): Readonly<Record<string, string>> {
  const type = { 'content-type': 'application/json' };
  switch (job.call) {
    case 'POST /orders':
    case 'POST /payments':
      return type;
    case 'POST /api/monitor/records':
      return { ...type, authorization: `Bearer ${takenInTurn(job.reports, index).token}` };
    case 'POST /api/purchases': {
      const { origin, people } = job.shop;
      const person = unsafeHeaders(origin, takenInTurn(people, index));
      return { ...type, ...person, 'idempotency-key': `${job.prefix}-${index}` };
    }
  }
}

/** `null` for a success. */
async function wordOf({ statusCode, body }: Dispatcher.ResponseData): Promise<string | null> {
  if (statusCode !== 200 || job.call !== 'POST /api/monitor/records') {
    await body.dump();
    return statusCode === 200 ? null : String(statusCode);
  }
  const { result } = (await body.json()) as { readonly result: string };
  return result === 'MATCHED' ? null : result;
}

function takenInTurn<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new Error('there is nothing to take in turn');
  return one;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

const job = JSON.parse(await text(process.stdin)) as LoadJob;
const agent = new Agent({
  connections: connectionsMax,
  headersTimeout: requestTimeoutMs,
  bodyTimeout: requestTimeoutMs,
});
const beganAtMs = Date.now();
const samples = await openLoop({
  perSecond: job.perSecond,
  count: countOf(job),
  inFlightMax,
  nowMs: () => performance.now(),
  sleep: (ms) => sleep(ms),
  send: async (index) => {
    try {
      const response = await request(job.urls[index % job.urls.length] ?? '', {
        method: 'POST',
        dispatcher: agent,
        headers: headersOf(job, index),
        body: bodyOf(job, index),
      });
      return await wordOf(response);
    } catch (error) {
      return codeOf(error);
    }
  },
});
const endedAtMs = Date.now();
await agent.destroy();
const result: LoadResult = { ...summarise(samples), beganAtMs, endedAtMs };
process.stdout.write(`${JSON.stringify(result)}\n`);
