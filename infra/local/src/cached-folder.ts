import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LocalStackError } from './errors.ts';
import { isAlive, ownIdentity } from './process/identity.ts';

/**
 * Fills a folder of the cache: under another name, renamed when complete, so that an interrupted
 * download is never taken for a whole one, and two that run at once do not disturb each other.
 * `fill` is given an empty folder and says what in it is to be kept.
 *
 * Errors: {@link LocalStackError} for a cache that cannot be written, and those of `fill`.
 */
export async function fillCachedFolder(
  cacheFolder: string,
  name: string,
  fill: (partial: string) => Promise<string>,
): Promise<void> {
  await makeFolder(cacheFolder);
  await removeLeftovers(cacheFolder);
  const { pid, startToken } = ownIdentity();
  const unique = randomBytes(3).toString('hex');
  const partial = join(cacheFolder, `.partial-${pid}-${startToken}-${unique}`);
  await mkdir(partial);
  try {
    await putInPlace(await fill(partial), join(cacheFolder, name));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new LocalStackError(
      `cannot write to the cache ${folder} (${codeOf(error)}): set PLUMBLINE_CACHE to another folder`,
    );
  }
}

/** Folders of downloads whose process is gone. */
async function removeLeftovers(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const found = /^\.partial-(\d+)-(.+)-[0-9a-f]{6}$/.exec(name);
    if (!found) continue;
    if (isAlive({ pid: Number(found[1]), startToken: found[2] ?? '' })) continue;
    await rm(join(cacheFolder, name), { recursive: true, force: true });
  }
}

async function putInPlace(from: string, target: string): Promise<void> {
  try {
    await rename(from, target);
  } catch (error) {
    // Somebody else was quicker, with the same files.
    if (!existsSync(target)) throw error;
  }
}
