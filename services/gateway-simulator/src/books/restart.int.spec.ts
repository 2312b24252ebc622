import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockMerchant } from '../testing/merchants.ts';
import { startReceiver } from '../testing/receiver.ts';
import { eventually, startSimulator } from '../testing/simulator.ts';
import { openJournal } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-books-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a process that is killed now leaves behind: its file, in the middle of a line or not. */
async function killed(path: string, torn = ''): Promise<string> {
  const copy = `${path}.copy`;
  await copyFile(path, copy);
  await appendFile(copy, torn);
  return copy;
}

describe('the journal', () => {
  it.each(['', '{"type":"payment-paid","gateway":"mo', '{"type":"pay'])(
    'keeps what was answered when the process is killed, with %j behind it',
    async (torn) => {
      const path = join(folder, 'books.jsonl');
      const before = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: path });
      const merchant = mockMerchant(before.url);
      await merchant.create('PAY1');
      await before.control('POST', '/payments/mock/PAY1/pay', {});
      await merchant.refund('PAY1', 'R1', '100');
      await before.rule({ on: 'query', what: 'stale', times: 1, reference: 'PAY2' });
      await before.control('PUT', '/seed', { seed: 'kept' });
      const copy = await killed(path, torn);
      const shown = (await before.control('GET', '/payments')).json;
      const calls = await before.list('/calls');
      await before.close();

      const after = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: copy });
      try {
        const at = (text: unknown) => JSON.stringify(text).replaceAll(/http:[^"]*\/pay\//g, '');
        expect(at((await after.control('GET', '/payments')).json)).toBe(at(shown));
        expect(await after.list('/calls')).toEqual(calls);
        expect((await after.control('GET', '/seed')).json).toEqual({ seed: 'kept' });
        expect((await after.control('GET', '/rules')).json['rules']).toHaveLength(1);
        const again = mockMerchant(after.url);
        expect((await again.refund('PAY1', 'R1', '100')).json['status']).toBe('SUCCESS');
        expect((await again.refund('PAY1', 'R2', '9900')).json['code']).toBe('EXCEEDS_PAID');
      } finally {
        await after.close();
      }
      // What is written after a torn line must not become a part of it.
      const lines = (await readFile(copy, 'utf8')).trimEnd().split('\n');
      for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    },
  );

  it('goes on with the callbacks that were not acknowledged', async () => {
    const path = join(folder, 'books.jsonl');
    const refusing = await startReceiver((_received, response) => response.writeHead(500).end());
    const before = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: path });
    await mockMerchant(before.url).create('PAY1', { notifyUrl: refusing.url });
    await before.control('POST', '/payments/mock/PAY1/pay', {});
    await eventually(
      () => refusing.received.length,
      (count) => count >= 2,
    );
    const copy = await killed(path);
    await before.close();
    const sent = refusing.received.length;
    const after = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: copy });
    try {
      await eventually(
        () => refusing.received.length,
        (count) => count > sent,
      );
      expect(refusing.received.length).toBeGreaterThan(sent);
      expect(new Set(refusing.received.map(({ body }) => body)).size).toBe(1);
    } finally {
      await after.close();
      await refusing.close();
    }
  });

  it('says which line of it is none of its own, and does not start', async () => {
    const path = join(folder, 'books.jsonl');
    await writeFile(
      path,
      '{"type":"seed-set","seed":"a"}\nnonsense\n{"type":"seed-set","seed":"b"}\n',
    );
    await expect(openJournal(path, () => undefined)).rejects.toThrow('line 2 is not an entry');
  });

  it('is empty after a reset, and stays so', async () => {
    const path = join(folder, 'books.jsonl');
    const before = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: path });
    await mockMerchant(before.url).create('PAY1');
    await before.control('POST', '/reset', {});
    expect(await before.list('/payments')).toEqual([]);
    await mockMerchant(before.url).create('PAY2');
    await before.close();
    const after = await startSimulator({ PLUMBLINE_SIMULATOR_JOURNAL: path });
    try {
      expect(await after.list('/payments')).toMatchObject([{ reference: 'PAY2' }]);
    } finally {
      await after.close();
    }
  });
});
