import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { DemoResult } from './print/summary.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The demo as a person runs it. */
async function demo(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // It stops what it started when it is told to, in case this test gives up first.
  onTestFinished(() => void child.kill());
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** One run shows both: all of it is as expected, and what is not makes it fail. */
it('finds everything as expected but what was planted, an alert, a piece, money and a notification, and fails for it', async () => {
  const { code, stdout, stderr } = await demo(
    ['--once', '--json', '--seed', '3', '--orders', '40'],
    {
      PLUMBLINE_DEMO_PLANTED_ALERT: 'true',
      PLUMBLINE_DEMO_PLANTED_MONEY: 'true',
      PLUMBLINE_DEMO_PLANTED_NOTIFICATION: 'true',
      PLUMBLINE_DEMO_PLANTED_PIECE: 'true',
    },
  );
  expect(stdout, stderr).not.toBe('');
  const result = JSON.parse(stdout) as DemoResult;
  expect(result.comparison.differences).toEqual([
    expect.objectContaining({ what: 'rule B raised', expected: '1', found: '0' }),
    expect.objectContaining({ what: 'pieces of longjing' }),
    expect.objectContaining({ what: 'told all', expected: 'payment.succeeded', found: 'nothing' }),
    expect.objectContaining({ what: 'answers', expected: 'MATCHED, MATCHED', found: 'MATCHED' }),
  ]);
  const { stories = [], rules = [] } = result.monitored ?? {};
  expect(stories.map(({ expected, found }) => expected - found)).toEqual([1, 0, 0, 0, 0]);
  expect(rules.map(({ rule, found }) => [rule, ...found])).toEqual([
    ['C', 1, 0],
    ['K', 2, 2],
  ]);
  // At least one of every kind, each ended as it must.
  expect(result.purchases?.alerts).toBe(0);
  for (const { kind, expected, found } of result.purchases?.kinds ?? [])
    expect([kind, found]).toEqual([kind, Math.max(1, expected)]);
  expect(result.purchases?.sums.map(({ aside }) => Number(aside))).toEqual([0, 0, 0]);
  const { endpoints = [], retries } = result.told ?? {};
  expect(endpoints.map(({ expected, found }) => expected - found)).toEqual([1, 0]);
  for (const { found, requests, verified } of endpoints) {
    expect(found).toBeGreaterThan(0);
    expect(verified).toBe(requests);
  }
  expect(retries).toMatchObject({ failed: 3, again: 3 });
  expect(retries?.soonestMs).toBeGreaterThanOrEqual(1_000);
  expect(result).toMatchObject({ asExpected: false, orders: 40 });
  expect(result.comparison.rules.every(({ found }) => found.raised > 0)).toBe(true);
  expect(result.readModels.map(({ name, equal }) => ({ name, equal }))).toEqual(
    result.readModels.map(({ name }) => ({ name, equal: true })),
  );
  expect(code).toBe(1);
}, 300_000);
