import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from './index.ts';
import { servePage } from './index.ts';
import { serve } from './testing/serve.ts';

let folder = '';
let listening: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>shop</title>');
  await writeFile(join(folder, 'icon.svg'), '<svg/>');
  await writeFile(join(folder, '.secret'), 'no');
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'export {};');
  const mount = servePage({ folder, paths: ['/', '/orders/:orderNo'], calls: '/api/' });
  if (mount === null) throw new Error('the page is there');
  ({ listening } = await serve({ mount }));
});
afterAll(async () => {
  await listening.close();
  await rm(folder, { recursive: true });
});

const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${listening.url}${path}`, init);
  return { response, text: await response.text() };
};

describe('a page beside the calls of a process', () => {
  it.each(['/', '/orders/H1'])(
    'answers %s with the page, asked for anew each time',
    async (path) => {
      const { response, text } = await get(path);
      expect(response.status).toBe(200);
      expect(text).toContain('<title>shop</title>');
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
      expect(response.headers.get('x-frame-options')).toBe('DENY');
    },
  );

  it('lets a file whose name has its content in it be kept for a year', async () => {
    const { response } = await get('/assets/index-abc.js');
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const icon = await get('/icon.svg');
    expect(icon.response.headers.get('cache-control')).toBe('no-cache');
  });

  it.each([
    ...['/assets/gone.js', '/nothing', '/orders', '/orders/H1/more', '/.secret'],
    ...['/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/etc/passwd', '/index.html%00'],
  ])('leaves %s to others, who know no such thing', async (path) => {
    const { response, text } = await get(path);
    expect([400, 404]).toContain(response.status);
    expect(text).toContain('"code"');
  });

  it('shows somebody who goes astray with a browser the page, which says so', async () => {
    const headers = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const { response, text } = await get('/nothing', { headers });
    expect(response.status).toBe(404);
    expect(text).toContain('<title>shop</title>');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    for (const [path, method] of [
      ['/api/nothing', 'GET'],
      ['/nothing', 'POST'],
    ] as const)
      expect((await get(path, { headers, method })).text).toContain('"code"');
  });

  it('takes nothing away from the calls', async () => {
    expect((await get('/livez')).text).toContain('alive');
    expect((await get('/payments/PAY1')).text).toContain('PAY1');
    expect((await get('/', { method: 'POST' })).response.status).toBe(404);
  });

  it('is none where it was not built', () => {
    expect(servePage({ folder: join(folder, 'elsewhere'), paths: [], calls: '/api/' })).toBeNull();
  });
});
