import { anonymous } from '@plumbline/http';
import type { RateVerdict } from '@plumbline/redis';
import type { ApiKey } from '@plumbline/vault';
import { expect, it } from 'vitest';
import { callersWith } from './callers.ts';

const key: ApiKey = { ...{ keyId: '0123456789abcdef', appId: 'shop', name: 'till' }, scopes: [] };

function edge(verdict: RateVerdict) {
  const counted: string[] = [];
  return {
    ...{ counted, isLoopback: true, tenant: 'main' },
    apiKeys: {
      authenticate: (text: string): Promise<ApiKey | null> =>
        Promise.resolve(text === 'good' ? { ...key, scopes: ['endpoints:read'] } : null),
    },
    rateLimit: {
      take: (keyId: string) => {
        counted.push(keyId);
        return Promise.resolve(verdict);
      },
    },
  };
}

const request = (authorization?: string) => ({
  ...{ method: 'GET', path: '/', params: {}, query: {}, rawBody: Buffer.alloc(0) },
  headers: { host: '127.0.0.1:8082', ...(authorization === undefined ? {} : { authorization }) },
  context: { correlationId: 'c', traceparent: '', actor: anonymous },
});

it('calls of an app are counted by its key, and those of the platform itself are not', async () => {
  const world = edge({ allowed: true, remaining: 1 });
  const call = callersWith(world, 'endpoints:read');
  expect(await call(request('Bearer good'))).toEqual({
    ...{ actor: 'api:shop/0123456789abcdef', principal: { tenant: 'shop', isInternal: false } },
  });
  expect(await call(request())).toMatchObject({ principal: { isInternal: true } });
  expect(world.counted).toEqual([key.keyId]);
});

it('a key that nobody has is refused before anything is counted', async () => {
  const world = edge({ allowed: true, remaining: 1 });
  for (const header of ['Bearer bad', 'Bearer', 'Basic good', ''])
    await expect(callersWith(world, 'endpoints:read')(request(header))).rejects.toMatchObject({
      status: 401,
    });
  expect(world.counted).toEqual([]);
});

it('who calls too often is told when to come again, in whole seconds, whatever the key may do', async () => {
  const world = edge({ allowed: false, retryAfterMs: 1_001 });
  for (const scope of ['endpoints:read', 'endpoints:write'] as const)
    await expect(callersWith(world, scope)(request('Bearer good'))).rejects.toMatchObject({
      ...{ status: 429, code: 'RATE_LIMITED', headers: { 'Retry-After': '2' } },
    });
});
