import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fetchServer, type ServerFiles } from './fetch-servers.ts';
import { silent } from './report.ts';

/** A Maven of our own, which can be told to fail in the middle. */

let folder = '';
let cacheFolder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-fetch-'));
  cacheFolder = join(folder, 'cache');
  await mkdir(join(folder, 'bin'));
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function maven(script: string): Promise<void> {
  const file = join(folder, 'bin', 'mvn');
  const output = 'for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done';
  await writeFile(file, `#!/bin/sh\n${output}\nmkdir -p "$out"\n${script}\n`);
  await chmod(file, 0o755);
}

const files: ServerFiles = {
  name: 'server-1.0',
  part: 'server',
  title: 'Server 1.0',
  how: { kind: 'copy', artifacts: [{ groupId: 'g', artifactId: 'a', version: '1.0' }] },
};
const fetchIt = (signal?: AbortSignal) =>
  fetchServer(files, { cacheFolder, report: silent, ...(signal ? { signal } : {}) });

it('an interrupted download is never taken for a whole one, and is done again', async () => {
  await maven('echo half > "$out/a.jar"; echo "[ERROR] connection reset"; exit 1');
  await expect(fetchIt()).rejects.toThrow(/could not fetch Server 1\.0[^]*connection reset/);
  expect(await readdir(cacheFolder)).toEqual([]);

  await maven('echo whole > "$out/a.jar"');
  const target = await fetchIt();
  expect(await readFile(join(target, 'a.jar'), 'utf8')).toBe('whole\n');
  expect(await readdir(cacheFolder)).toEqual(['server-1.0']);
});

it('what is in the cache needs no Maven', async () => {
  await maven('echo whole > "$out/a.jar"');
  await fetchIt();
  vi.stubEnv('PATH', '');
  expect(await fetchIt()).toBe(join(cacheFolder, 'server-1.0'));
});

it('removes what a download left whose process is gone', async () => {
  await mkdir(join(cacheFolder, '.partial-1-00000000-1-abcdef'), { recursive: true });
  await maven('echo whole > "$out/a.jar"');
  await fetchIt();
  expect(await readdir(cacheFolder)).toEqual(['server-1.0']);
});

it('ends Maven when it is stopped', async () => {
  await maven('exec sleep 60');
  const stopping = new AbortController();
  const fetching = fetchIt(stopping.signal);
  const rejected = expect(fetching).rejects.toThrow('stopped');
  await sleep(300);
  stopping.abort(new Error('stopped'));
  await rejected;
  expect(await readdir(cacheFolder)).toEqual([]);
});

it('says how to get Maven when there is none', async () => {
  vi.stubEnv('PATH', '');
  await expect(fetchIt()).rejects.toThrow(/Maven is missing.*apt-get install maven/);
});
