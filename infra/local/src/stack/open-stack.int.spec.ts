import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeStackPorts } from '../ports.ts';
import { isAlive, startTokenOf, waitUntilGone } from '../process/identity.ts';
import { foldersOf } from '../paths.ts';
import { openStack, type Stack } from './open-stack.ts';

/** Redis and Postgres start in a second; what holds for them holds for every part. */

let home = '';
let stack: Stack | null = null;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-open-stack-'));
  await chmod(home, 0o755);
});

afterEach(async () => {
  await stack?.stop();
  stack = null;
  await rm(home, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function redis(url: string, command: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString().trim();
}

const identityOf = (pid: number) => ({ pid, startToken: startTokenOf(pid) ?? 'gone' });

describe('openStack', () => {
  it('gives working addresses, survives a restart with its data, and leaves nothing', async () => {
    const lines: string[] = [];
    const opened = await openStack({
      ports: 'free',
      parts: ['postgres', 'redis'],
      report: (line) => lines.push(line),
    });
    stack = opened;
    expect(lines.some((line) => /redis +ready on 127\.0\.0\.1:\d+ \(/.test(line))).toBe(true);
    await query(opened.postgresUrl, 'create table t (a int); insert into t values (7)');
    await redis(opened.redisUrl, 'SET k 7');
    const [postgres, cache] = [identityOf(opened.pid('postgres')), identityOf(opened.pid('redis'))];

    opened.killPart('postgres');
    expect(await waitUntilGone(postgres, 5_000)).toBe(true);
    await opened.restartPart('postgres');
    await opened.restartPart('redis');
    expect(isAlive(cache)).toBe(false);
    expect(await query(opened.postgresUrl, 'select a from t')).toEqual([{ a: 7 }]);
    expect(await redis(opened.redisUrl, 'GET k')).toBe('$1\r\n7');

    const last = [identityOf(opened.pid('postgres')), identityOf(opened.pid('redis'))];
    await opened.stop();
    expect(last.map(isAlive)).toEqual([false, false]);
    expect(existsSync(opened.home)).toBe(false);
  });

  it('gives PostgreSQL a folder that it can reach, whoever makes folders first', async () => {
    stack = await openStack({ ports: 'free', parts: ['postgres'] });
    expect(stack.postgresUrl).toContain(`:${stack.ports.postgres}/`);
  });

  it('tells of a part that ends by itself, and not of one that was killed on purpose', async () => {
    const lost: string[] = [];
    stack = await openStack({
      home,
      ports: 'free',
      parts: ['postgres', 'redis'],
      onPartLost: (name) => lost.push(name),
    });
    const postgres = identityOf(stack.pid('postgres'));
    stack.killPart('postgres');
    process.kill(stack.pid('redis'), 'SIGKILL');
    await waitUntilGone(postgres, 5_000);
    await expect.poll(() => lost).toEqual(['redis']);
  });

  it('names the taken port, who needs it, and the variable', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { port } = taken.address() as AddressInfo;
      const ports = { ...(await freeStackPorts()), redis: port };
      await expect(openStack({ home, ports, parts: ['postgres', 'redis'] })).rejects.toThrow(
        new RegExp(`Port ${port}, which Redis needs, is taken.*PLUMBLINE_REDIS_PORT`),
      );
      const { runFile, lockFile } = foldersOf(home);
      expect([existsSync(runFile), existsSync(lockFile)]).toEqual([false, false]);
    } finally {
      taken.close();
    }
  });

  it('a part that dies at its start: its last words, and the others are stopped', async () => {
    const data = join(home, 'data', 'redis');
    await mkdir(join(data, 'appendonly.aof'), { recursive: true });
    await writeFile(join(home, 'data', 'redis', 'appendonlydir'), 'not a folder');
    const ports = await freeStackPorts();
    await expect(openStack({ home, ports, parts: ['postgres', 'redis'] })).rejects.toThrow(
      /Redis ended while it was starting[^]*redis\.log:[^]*append/i,
    );
    // The same ports are free again, so that Postgres cannot be running.
    await rm(data, { recursive: true });
    stack = await openStack({ home, ports, parts: ['postgres', 'redis'] });
  });

  it('refuses a home that somebody works on, and takes over the lock of a dead process', async () => {
    const { lockFile } = foldersOf(home);
    const holder = { pid: process.pid, startToken: startTokenOf(process.pid), purpose: 'stack up' };
    await writeFile(lockFile, JSON.stringify(holder));
    await expect(openStack({ home, ports: 'free', parts: ['redis'] })).rejects.toThrow(
      `\`stack up\` (process ${process.pid}) is at work on this stack`,
    );
    // The same pid, started at another time: somebody else's.
    await writeFile(lockFile, JSON.stringify({ ...holder, startToken: 'another' }));
    const lines: string[] = [];
    const report = (line: string) => void lines.push(line);
    stack = await openStack({ home, ports: 'free', parts: ['redis'], report });
    expect(lines[0]).toContain('took over the lock');
  });

  it('takes over a lock file that is half written', async () => {
    await writeFile(foldersOf(home).lockFile, '{"pid":');
    stack = await openStack({ home, ports: 'free', parts: ['redis'] });
    expect(await redis(stack.redisUrl, 'PING')).toBe('+PONG');
  });
});

describe('a process that dies', () => {
  const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
  const holder = `
    const { openStack } = await import(${JSON.stringify(dist)});
    const stack = await openStack({ home: process.argv[1], ports: 'free', parts: ['postgres', 'redis'] });
    console.log(JSON.stringify([stack.pid('postgres'), stack.pid('redis')]));
    process.on('message', () => { throw new Error('a bug'); });
  `;

  it.each<[string, (child: ReturnType<typeof spawn>) => void]>([
    ['by SIGKILL', (child) => void child.kill('SIGKILL')],
    ['by SIGINT', (child) => void child.kill('SIGINT')],
    ['of an error that nobody caught', (child) => void child.send('now')],
  ])('%s takes its servers with it, and the home can be used again', async (_, end) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, home], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    });
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const servers = (JSON.parse(line.toString()) as number[]).map(identityOf);
    expect(servers.map(isAlive)).toEqual([true, true]);
    end(child);
    await once(child, 'exit');
    for (const server of servers) expect(await waitUntilGone(server, 15_000)).toBe(true);
    stack = await openStack({ home, ports: 'free', parts: ['postgres', 'redis'] });
  });
});
