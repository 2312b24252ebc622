import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActiveOrder } from '../active-order.ts';
import { fieldsOf } from '../active-order.ts';
import { leftoverMs } from './limits.ts';
import { createOrderFile } from './order-file.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-file-'));
  path = join(folder, 'order.json');
});
afterEach(() => rm(folder, { recursive: true }));

const order = (orderId: string): ActiveOrder => ({
  ...{ orderId, pid: '1000', aid: '1', cid: '2', type: 'wxpay', pattern: 1 },
  expiresAtMs: 1_764_000_180_000,
});
const orders = (count: number, begin: string) =>
  Array.from({ length: count }, (_, at) => order(`${begin}-${at}`));
const shown = async () => JSON.parse(await readFile(path, 'utf8')) as readonly unknown[];
const file = () => createOrderFile({ path, nowMs: Date.now });

describe('the file', () => {
  it('is an array of the objects of contract 0, all text', async () => {
    await file().write([order('H202411230001'), order('二')]);
    expect(await shown()).toEqual([
      {
        ...{ orderId: 'H202411230001', pid: '1000', aid: '1', cid: '2', type: 'wxpay' },
        ...{ expiresAt: '2025-11-24T16:03:00.000Z', pattern: '1' },
      },
      fieldsOf(order('二')),
    ]);
  });

  it('is an empty array without orders, and replaced as a whole', async () => {
    const one = file();
    await one.write([]);
    expect(await readFile(path, 'utf8')).toBe('[]\n');
    await one.write(orders(100, 'A'));
    await one.write([order('B')]);
    expect(await shown()).toEqual([fieldsOf(order('B'))]);
    expect(await readdir(folder)).toEqual(['order.json']);
  });

  it('is the last of what was asked for at once', async () => {
    const one = file();
    await Promise.all(orders(50, 'A').map((each) => one.write([each])));
    expect(await shown()).toEqual([fieldsOf(order('A-49'))]);
  });

  it('is whole when several write it', async () => {
    const files = [file(), file(), file()];
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(files.map((each, at) => each.write(orders(20 * (at + 1), `${round}`))));
      expect([20, 40, 60]).toContain((await shown()).length);
    }
    expect(await readdir(folder)).toEqual(['order.json']);
  });

  it('stays as it was when it cannot be written, and can be written again', async () => {
    const one = file();
    await one.write([order('A')]);
    const broken = { ...order('B'), expiresAtMs: NaN };
    await expect(one.write([broken])).rejects.toThrow(RangeError);
    expect(await shown()).toHaveLength(1);
    await one.write([]);
    expect(await shown()).toEqual([]);
  });

  it('that nobody can put in its place leaves nothing beside', async () => {
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(file().write([])).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['order.json']);
  });

  it('is rid of what dead writers left, and of nothing else', async () => {
    const names = ['order.json.dead.partial', 'order.json.busy.partial', 'order.json.bak'];
    for (const name of names) await writeFile(join(folder, name), '[');
    const old = (Date.now() - leftoverMs) / 1_000 - 10;
    for (const name of [names[0] ?? '', names[2] ?? '']) await utimes(join(folder, name), old, old);
    await file().write([]);
    expect((await readdir(folder)).sort()).toEqual([
      ...['order.json', 'order.json.bak', 'order.json.busy.partial'],
    ]);
  });
});

/** Reads the file in a process of its own, as often as it can, until it is told to stop. */
const reader = `
const { readFileSync } = require('node:fs');
const seen = { reads: 0, broken: 0, lengths: {} };
let isOver = false;
process.stdin.on('data', () => { isOver = true; });
(function poll() {
  for (let i = 0; i < 20; i += 1) {
    seen.reads += 1;
    try {
      const orders = JSON.parse(readFileSync(process.argv[1], 'utf8'));
      const ofOne = new Set(orders.map(({ orderId }) => orderId.split('-')[0])).size === 1;
      if (!Array.isArray(orders) || !ofOne) seen.broken += 1;
      seen.lengths[orders.length] = true;
    } catch { seen.broken += 1; }
  }
  if (isOver) { process.stdout.write(JSON.stringify(seen)); process.exit(); }
  setImmediate(poll);
})();
process.stdout.write('reading\\n');
`;

interface Seen {
  readonly reads: number;
  readonly broken: number;
  readonly lengths: Readonly<Record<string, true>>;
}

async function whileReading(work: () => Promise<void>): Promise<Seen> {
  const child = spawn(process.execPath, ['-e', reader, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'readable');
  const said = text(child.stdout);
  await work();
  child.stdin.write('stop');
  return JSON.parse((await said).replace('reading\n', '')) as Seen;
}

describe('a reader that polls the file', () => {
  it('sees nothing but whole arrays while it is rewritten three hundred times', async () => {
    const one = file();
    await one.write(orders(3, 'begin'));
    const seen = await whileReading(async () => {
      for (let round = 0; round < 300; round += 1)
        await one.write(orders(round % 2 === 0 ? 300 : 3, String(round)));
    });
    expect(seen.broken).toBe(0);
    expect(Object.keys(seen.lengths).sort()).toEqual(['3', '300']);
    expect(seen.reads).toBeGreaterThan(100);
    // Each is flushed to a disk that others use as well.
  }, 180_000);

  it('would see half of one if it were written in place', async () => {
    const texts = [300, 3].map((count) => JSON.stringify(orders(count, 'A').map(fieldsOf)));
    await writeFile(path, texts[1] ?? '');
    const seen = await whileReading(async () => {
      for (let round = 0; round < 1_000; round += 1) await writeFile(path, texts[round % 2] ?? '');
    });
    expect(seen.broken).toBeGreaterThan(0);
  });
});
