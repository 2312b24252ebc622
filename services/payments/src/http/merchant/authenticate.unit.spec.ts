import { anonymous } from '@plumbline/http';
import { PostgresDown } from '@plumbline/postgres';
import type { RateVerdict } from '@plumbline/redis';
import type { ApiKey } from '@plumbline/vault';
import { describe, expect, it } from 'vitest';
import { appOf, authenticateFor } from './authenticate.ts';

const key: ApiKey = {
  ...{ keyId: '0123456789abcdef', appId: 'demo_app', name: 'till' },
  scopes: ['payments:read', 'payments:write'],
};

function edge(over: { readonly verdict?: RateVerdict; readonly down?: boolean } = {}) {
  const asked: string[] = [];
  return {
    asked,
    apiKeys: {
      authenticate: (text: string): Promise<ApiKey | null> => {
        asked.push(text);
        if (over.down === true) return Promise.reject(new PostgresDown('away'));
        return Promise.resolve(text === 'good' ? key : null);
      },
    },
    rateLimit: {
      take: (keyId: string): Promise<RateVerdict> => {
        asked.push(keyId);
        return Promise.resolve(over.verdict ?? { allowed: true, remaining: 1 });
      },
    },
  };
}

const request = (authorization?: string) => ({
  ...{ method: 'GET', path: '/', params: {}, query: {}, rawBody: Buffer.alloc(0) },
  headers: { authorization },
  context: { correlationId: 'c', traceparent: '', actor: anonymous },
});

describe('a caller of the merchant API', () => {
  it('is its key’s app, and its calls are counted by the key', async () => {
    const world = edge();
    const found = await authenticateFor(world, 'payments:read')(request('Bearer good'));
    expect(found).toEqual({ actor: 'api:demo_app/0123456789abcdef', principal: key });
    expect(world.asked).toEqual(['good', key.keyId]);
  });

  it('without a key that is known is refused before anything is counted', async () => {
    const world = edge();
    const call = authenticateFor(world, 'payments:read');
    for (const header of [
      undefined,
      '',
      'good',
      'Bearer',
      'Basic good',
      'Bearer a b',
      'Bearer bad',
    ])
      await expect(call(request(header))).rejects.toMatchObject({
        ...{ status: 401, code: 'UNAUTHENTICATED' },
        headers: { 'WWW-Authenticate': 'Bearer realm="plumbline"' },
      });
    // Only what has the form of a key was looked up.
    expect(world.asked).toEqual(['bad']);
  });

  it('that calls too often is told when to come again, in whole seconds', async () => {
    const world = edge({ verdict: { allowed: false, retryAfterMs: 1_001 } });
    await expect(
      authenticateFor(world, 'payments:read')(request('Bearer good')),
    ).rejects.toMatchObject({ status: 429, code: 'RATE_LIMITED', headers: { 'Retry-After': '2' } });
  });

  it('whose key lacks the scope is refused, and told which', async () => {
    await expect(
      authenticateFor(edge(), 'refunds:write')(request('Bearer good')),
    ).rejects.toMatchObject({
      ...{ status: 403, code: 'SCOPE_MISSING' },
      message: expect.stringContaining('refunds:write') as unknown,
    });
  });

  it('is not told that its key is wrong when nobody could look', async () => {
    await expect(
      authenticateFor(edge({ down: true }), 'payments:read')(request('Bearer good')),
    ).rejects.toMatchObject({ status: 503, code: 'DEPENDENCY_DOWN' });
  });

  it('speaks for its own app only', () => {
    const context = { ...request().context, principal: key };
    expect(appOf(context, undefined)).toBe('demo_app');
    expect(appOf(context, 'demo_app')).toBe('demo_app');
    expect(() => appOf(context, 'other')).toThrow(
      expect.objectContaining({ status: 403 }) as Error,
    );
  });
});
