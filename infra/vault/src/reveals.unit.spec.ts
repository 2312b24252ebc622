import type { Sql } from '@plumbline/postgres';
import { beforeEach, expect, it } from 'vitest';
import type { MemoryVault } from './memory/memory-vault.ts';
import { openMemoryVault } from './memory/memory-vault.ts';
import { createReveals } from './reveals.ts';

const of = { actor: 'operator:ana', reason: 'ticket 812', what: 'payment show PAY1' };
let vault: MemoryVault;
let opened: string[];
let written: unknown[];
let isDown: boolean;

beforeEach(() => {
  vault = openMemoryVault();
  [opened, written, isDown] = [[], [], false];
});

const sql: Sql = {
  query: (_text, bindings) => {
    if (isDown) return Promise.reject(new Error('no database'));
    written.push(bindings);
    return Promise.resolve([]);
  },
};

const reveals = () =>
  createReveals({
    sql,
    keyRing: {
      decrypt: (text) => {
        opened.push(text);
        return vault.keyRing.decrypt(text);
      },
    },
    nowMs: () => 0,
  });

it('gives texts in the clear, and null for what nobody can read any more', async () => {
  const text = await vault.keyRing.encrypt('app:a', 'a name');
  const gone = await vault.keyRing.encrypt('app:b', 'another');
  await vault.keyRing.erase('app:b', 'asked to');
  const digest = 'enc:v1:not-encrypted:abc';
  const shown = await reveals().reveal([text, gone, digest], of);
  expect([...shown.values()]).toEqual(['a name', null, null]);
  expect(written).toHaveLength(1);
  expect(JSON.stringify(written)).toContain('ticket 812');
});

it('opens nothing that could not be written down', async () => {
  const text = await vault.keyRing.encrypt('app:a', 'a name');
  isDown = true;
  await expect(reveals().reveal([text], of)).rejects.toThrow('no database');
  expect(opened).toEqual([]);
});

it.each(['', '  ', 'x'.repeat(501)])('refuses the reason %j', async (reason) => {
  await expect(reveals().reveal([], { ...of, reason })).rejects.toThrow('for a reason');
});
