import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';

/** A PATH with an apt-get of our own, which can be told what to do wrong. */
let folder = '';
const said: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-chromium-'));
  said.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const find = (more: { canInstall?: boolean; timeoutMs?: number; named?: string } = {}) => {
  const { named, ...options } = { canInstall: true, ...more };
  return findChromium({
    env: { PATH: folder, ...(named === undefined ? {} : { PLUMBLINE_CHROMIUM: named }) },
    report: (line) => void said.push(line),
    ...options,
  });
};

/** Every call of the shell's own; `$5` is what apt-get is to do, behind four words of options. */
const log = () => `echo "$*" >> ${join(folder, 'calls')}`;
const installs = () => `printf '' > ${join(folder, 'chromium')}; /bin/chmod 755 ${folder}/chromium`;
const calls = async () =>
  (await readFile(join(folder, 'calls'), 'utf8')).trim().replaceAll(/^(-o \S+ )+/gm, '');

it('takes the Chromium that the environment names, before one on the PATH', async () => {
  await program('chromium', '');
  const own = await program('my-browser', '');
  expect(await find({ named: own })).toBe(own);
  expect(await find({ named: '' })).toBe(join(folder, 'chromium'));
});

it('says so when what the environment names cannot be run', async () => {
  await program('chromium', '');
  await expect(find({ named: join(folder, 'none') })).rejects.toThrow(/none, which cannot be run/);
});

it.each(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'])(
  'takes %s from the PATH',
  async (name) => {
    const file = await program(name, '');
    expect(await find({ canInstall: false })).toBe(file);
    expect(said).toEqual([]);
  },
);

it('installs it once where it may, with fonts, and says what it does', async () => {
  await program('apt-get', `${log()}; ${installs()}`);
  expect(await find()).toBe(join(folder, 'chromium'));
  expect(await calls()).toBe('install -y chromium fonts-noto-cjk');
  expect(said[0]).toContain('installing Chromium');
});

it('fetches the lists of packages where there are none', async () => {
  const known = join(folder, 'lists');
  await program(
    'apt-get',
    `${log()}
[ "$5" = update ] && { echo > ${known}; exit 0; }
[ -f ${known} ] || { echo "E: Unable to locate package chromium"; exit 100; }
${installs()}`,
  );
  expect(await find()).toBe(join(folder, 'chromium'));
  expect((await calls()).split('\n').map((line) => line.split(' ')[0])).toEqual([
    ...['install', 'update', 'install'],
  ]);
});

it('waits for another program that installs packages, and not for ever', async () => {
  const free = join(folder, 'free');
  await program(
    'apt-get',
    `[ "$5" = update ] && [ ! -f ${free} ] && { echo > ${free}; echo "E: Could not get lock"; exit 100; }
[ -f ${free} ] || { echo "E: Could not get lock"; exit 100; }
${installs()}`,
  );
  expect(await find()).toBe(join(folder, 'chromium'));
  expect(said.join('\n')).toContain('another program');
  await rm(join(folder, 'chromium'));
  await program('apt-get', 'echo "E: Could not get lock /var/lib/dpkg/lock"; exit 100');
  await expect(find({ timeoutMs: 1_000 })).rejects.toThrow(/Could not get lock/);
});

it('fails with the words of apt-get, and with how to get one', async () => {
  await program('apt-get', 'echo "E: no network"; exit 100');
  await expect(find()).rejects.toThrow(/no network[^]*PLUMBLINE_CHROMIUM/);
  await program('apt-get', 'exit 0');
  await expect(find()).rejects.toThrow(/has installed no Chromium/);
});

it('fails with how to get one where nothing may be installed, or there is no apt-get', async () => {
  await program('apt-get', installs());
  await expect(find({ canInstall: false })).rejects.toThrow(/There is no Chromium[^]*apt-get/);
  await rm(join(folder, 'apt-get'));
  await expect(find()).rejects.toThrow(/There is no Chromium/);
});
