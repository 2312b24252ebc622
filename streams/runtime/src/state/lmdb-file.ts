import { closeSync, fstatSync, openSync, readSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { copyLimits } from './limits.ts';

/** What lies there is no copy of ours, or not any more: a new one helps. */
export class ForeignFile extends Error {}

/** The disk has no room for even an empty copy. */
class NoRoom extends Error {
  readonly code = 'ENOSPC';
}

export const dataFileOf = (folder: string): string => join(folder, 'data.mdb');

/**
 * Looks at the files before LMDB does: lmdb 3.5 does not survive a file that it cannot open
 * (segmentation fault in closeEnv, measured), and a lock file on a full disk is a SIGBUS.
 *
 * Errors: ForeignFile; those of the system.
 */
export function checkFiles(folder: string): void {
  withFile(join(folder, 'lock.mdb'), () => undefined);
  withFile(dataFileOf(folder), checkHeader);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < copyLimits.freeBytesMin) throw new NoRoom('no space left on device');
}

/** Nothing, where there is no such file. */
function withFile(path: string, check: (file: number, bytes: number) => void): void {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') return;
    if (code === 'EISDIR') throw new ForeignFile(`${path} is a folder`);
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ForeignFile(`${path} is no file`);
    check(file, stat.size);
  } finally {
    closeSync(file);
  }
}

/**
 * The two pages that an LMDB file begins with, as lmdb 3.5 writes them (MDB_page and MDB_meta in its
 * mdb.c): flags of the page, magic, version of the format, size of a page.
 */
const [flagsAt, magicAt, versionAt, pageSizeAt, metaEnd] = [18, 24, 28, 48, 168];
const metaPage = 0x08;
const magic = 0xbeefc0de;
const version = 2;

function checkHeader(file: number, bytes: number): void {
  // A process was killed before it wrote anything: LMDB begins anew by itself.
  if (bytes === 0) return;
  const first = metaAt(file, 0);
  const pageSize = first.readUInt32LE(pageSizeAt);
  if (pageSize < 512 || pageSize > 65_536) throw new ForeignFile('it is no LMDB file');
  metaAt(file, pageSize);
  if (bytes < 2 * pageSize) throw new ForeignFile('it ends within its first pages');
}

function metaAt(file: number, position: number): Buffer {
  const meta = Buffer.alloc(metaEnd);
  if (readSync(file, meta, 0, metaEnd, position) < metaEnd)
    throw new ForeignFile('it ends within its first pages');
  if (
    (meta.readUInt16LE(flagsAt) & metaPage) === 0 ||
    meta.readUInt32LE(magicAt) !== magic ||
    (meta.readUInt32LE(versionAt) & 0xffff) !== version
  )
    throw new ForeignFile('it is no LMDB file of this version');
  return meta;
}
