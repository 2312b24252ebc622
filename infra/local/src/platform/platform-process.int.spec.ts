import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePorts } from '../ports.ts';
import { startTokenOf } from '../process/identity.ts';
import { startPlatformProcess, type PlatformProcess } from './platform-process.ts';

/** A process with the contract of ours: environment, GET /readyz, SIGTERM. */
const program = `
import { createServer } from 'node:http';
console.log('hello from ' + process.pid);
if (process.env.CRASH) { console.log('no such table'); process.exit(3); }
const server = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404;
  response.end();
});
server.listen(Number(process.env.PLUMBLINE_HTTP_PORT), process.env.PLUMBLINE_HTTP_HOST);
process.on('SIGTERM', () => process.exit(0));
`;

let folder = '';
let started: PlatformProcess | null = null;
const lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-process-'));
  await writeFile(join(folder, 'main.mjs'), program);
  lines.length = 0;
});

afterEach(async () => {
  await started?.stop();
  started = null;
  await rm(folder, { recursive: true, force: true });
});

async function start(options: { env?: Record<string, string>; autoRestart?: boolean } = {}) {
  const [port = 0] = await freePorts(1);
  started = await startPlatformProcess({
    name: 'orders',
    main: join(folder, 'main.mjs'),
    host: '127.0.0.1',
    port,
    env: { ...process.env, ...options.env },
    logFile: join(folder, 'orders.log'),
    autoRestart: options.autoRestart ?? true,
    report: (line) => void lines.push(line),
  });
  return started;
}

it('is ready when it says so, and logs to its file', async () => {
  const process = await start();
  await process.ready();
  expect((await fetch(`${process.url}/readyz`)).status).toBe(200);
  expect(await readFile(process.logFile, 'utf8')).toBe(`hello from ${process.pid() ?? 0}\n`);
});

it('is started again when it is killed', async () => {
  const process = await start();
  await process.ready();
  const before = process.pid();
  process.kill();
  await expect.poll(() => process.pid() !== before && process.pid() !== null).toBe(true);
  await process.ready();
  await expect.poll(() => lines.join()).toMatch(/ended \(SIGKILL\).*started again/);
});

it('stays down while restarts are off, and comes back by hand', async () => {
  const process = await start({ autoRestart: false });
  await process.ready();
  process.kill();
  await expect.poll(() => process.pid()).toBe(null);
  await expect(process.ready()).rejects.toThrow('orders does not run');
  await process.restart();
  expect(process.pid()).not.toBe(null);
});

it('restart replaces the process, without a word about its end', async () => {
  const process = await start();
  await process.ready();
  const before = process.pid() ?? 0;
  await process.restart();
  expect(startTokenOf(before)).toBe(null);
  expect(lines).toEqual([]);
});

it('shows the end of the log of a process that does not become ready', async () => {
  const process = await start({ env: { CRASH: '1' } });
  await expect(process.ready(1_000)).rejects.toThrow(/orders is not ready[^]*no such table/);
  expect(lines[0]).toMatch(/orders +ended \(code 3\); log: .*orders\.log/);
});

it('a stopped process stays stopped', async () => {
  const process = await start();
  await process.ready();
  await process.stop();
  expect(process.pid()).toBe(null);
  await expect(process.ready()).rejects.toThrow('does not run');
});
