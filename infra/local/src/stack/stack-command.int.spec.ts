import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { foldersOf } from '../paths.ts';
import { freeStackPorts } from '../ports.ts';
import { startTokenOf } from '../process/identity.ts';
import { portVariables, type StackPorts } from '../stack-definition.ts';
import type { StackStatus } from './detached-stack.ts';

/** The built command, all four servers, as a person uses it. */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let home = '';
let env: Record<string, string | undefined> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-command-'));
  await chmod(home, 0o755);
  env = { ...process.env, PLUMBLINE_HOME: home };
  for (const [use, port] of Object.entries(await freeStackPorts()))
    env[portVariables[use as keyof StackPorts]] = String(port);
});

afterAll(async () => {
  await stack('down');
  await rm(home, { recursive: true, force: true });
});

function start(...args: string[]) {
  return spawn(process.execPath, [main, 'stack', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function stack(...args: string[]) {
  const child = start(...args);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

async function status(): Promise<StackStatus> {
  return JSON.parse((await stack('status', '--json')).stdout) as StackStatus;
}
const health = async () => (await status()).parts.map((part) => part.health);

it('up, a death, up again, down', async () => {
  const up = await stack('up', '--json');
  expect(up.stderr).toContain('topics');
  expect(up.code).toBe(0);
  expect(JSON.parse(up.stdout)).toMatchObject({
    kafka: `127.0.0.1:${env['PLUMBLINE_KAFKA_PORT'] ?? ''}`,
  });
  const before = await status();
  expect(before.parts.map((part) => part.health)).toEqual(Array(4).fill('healthy'));

  const redis = before.parts.find((part) => part.name === 'redis')?.pid ?? 0;
  process.kill(redis, 'SIGKILL');
  await expect.poll(() => startTokenOf(redis)).toBe(null);
  expect((await stack('status')).code).toBe(1);
  expect(await health()).toEqual(['healthy', 'healthy', 'healthy', 'dead']);

  expect((await stack('up')).stdout).toMatch(/kafka +is running[^]*redis +ready/);
  expect(await health()).toEqual(Array(4).fill('healthy'));

  expect((await stack('down')).stdout).toMatch(/kafka +stopped/);
  expect(await health()).toEqual(Array(4).fill('not started'));
  expect((await stack('down')).stdout).toContain('nothing was running');
}, 120_000);

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'up that is ended by %s leaves nothing',
  async (name) => {
    const child = start('up');
    const pids = await expect
      .poll(() => pidsOf(foldersOf(home).runFile), { timeout: 20_000 })
      .toHaveLength(3)
      .then(() => pidsOf(foldersOf(home).runFile));
    child.kill(name);
    await once(child, 'exit');
    await expect
      .poll(() => pids.map(startTokenOf), { timeout: 20_000 })
      .toEqual([null, null, null]);
    await sleep(200);
    expect((await stack('down')).code).toBe(0);
  },
  60_000,
);

/** Kafka, Postgres and Redis start at once; the registry waits for Kafka. */
async function pidsOf(runFile: string): Promise<readonly number[]> {
  const text = await readFile(runFile, 'utf8').catch(() => '{"parts":{}}');
  const { parts } = JSON.parse(text) as { parts: Record<string, { pid: number }> };
  return Object.values(parts).map((part) => part.pid);
}

it('reset asks before it deletes, and deletes', async () => {
  expect(await stack('reset')).toMatchObject({ code: 1 });
  expect((await stack('reset', '--yes')).stdout).toContain('deleted data and logs');
});

it.each([[['fly']], [['up', '--fast']], [['up', 'down']]])(
  'refuses %j with its help',
  async (args) => {
    const { code, stderr } = await stack(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('Usage: npm run stack');
  },
);
