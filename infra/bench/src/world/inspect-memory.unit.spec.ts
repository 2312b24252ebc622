import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskBytesOf, inspectable, inspectorUrlOf, memoryOf } from './inspect-memory.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-memory-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the inspector of a process', () => {
  it('is where its log says last: processes that follow one another share a log', () => {
    const text = [
      '{"message":"listening"}',
      'Debugger listening on ws://127.0.0.1:41/a-b',
      'Debugger listening on ws://127.0.0.1:42/c',
    ];
    expect(inspectorUrlOf(text.join('\n'))).toBe('ws://127.0.0.1:42/c');
    expect(inspectorUrlOf('listening')).toBeNull();
  });

  it('tells what a process holds, without its garbage', async () => {
    const logFile = join(folder, 'log');
    const log = await open(logFile, 'w');
    // 64 MB that are held outside the heap, and as much that nobody holds.
    const program = `globalThis.held = Buffer.alloc(64e6, 1); Buffer.alloc(64e6, 1);
      process.stdout.write('there\\n'); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', log.fd],
      env: { ...process.env, ...inspectable },
    });
    try {
      await once(child.stdout ?? child, 'data');
      const { external, heapUsed, rss } = await memoryOf(logFile);
      expect(external).toBeGreaterThan(64e6);
      expect(external).toBeLessThan(80e6);
      expect(heapUsed).toBeLessThan(64e6);
      expect(rss).toBeGreaterThan(external);
    } finally {
      child.kill('SIGKILL');
      await log.close();
    }
  });
});

describe('what a folder takes on the disk', () => {
  it('is that of all its files, holes left out', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner', 'whole'), Buffer.alloc(1_000_000, 1));
    const holes = await open(join(folder, 'holes'), 'w');
    await holes.truncate(50_000_000);
    await holes.close();
    const bytes = await diskBytesOf(folder);
    expect(bytes).toBeGreaterThanOrEqual(1_000_000);
    expect(bytes).toBeLessThan(5_000_000);
  });

  it('is nothing where there is none', async () => {
    expect(await diskBytesOf(join(folder, 'nowhere'))).toBe(0);
  });
});
