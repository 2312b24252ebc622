import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from './entries.ts';
import { openJournal } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const seed = (value: string): Entry => ({ type: 'seed-set', seed: value });
const seedsIn = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly seed: string }).seed);

describe('the journal', () => {
  it('has on the disk what an append has resolved for, in the order of the calls', async () => {
    const path = join(folder, 'a', 'books.jsonl');
    const journal = await openJournal(path, () => undefined);
    const names = Array.from({ length: 200 }, (_, index) => String(index));
    const done = names.map(async (name) => {
      await journal.append([seed(name)]);
      expect(await seedsIn(path)).toContain(name);
    });
    await Promise.all(done);
    expect(await seedsIn(path)).toEqual(names);
    await journal.close();
  });

  it('forgets what came before a clearing and keeps what comes behind it', async () => {
    const path = join(folder, 'books.jsonl');
    const journal = await openJournal(path, () => undefined);
    const all = [
      ...[journal.append([seed('a')]), journal.append([seed('b')]), journal.clear()],
      ...[journal.append([seed('c')]), journal.append([seed('d')])],
    ];
    await Promise.all(all);
    expect(await seedsIn(path)).toEqual(['c', 'd']);
    await journal.close();
  });

  it('takes nothing more after it could not write, and says why', async () => {
    const journal = await openJournal(join(folder, 'books.jsonl'), () => undefined);
    await journal.close();
    await expect(journal.append([seed('a')])).rejects.toThrow();
    expect(journal.failure()).not.toBeNull();
    await expect(journal.append([seed('b')])).rejects.toBe(journal.failure());
  });
});
