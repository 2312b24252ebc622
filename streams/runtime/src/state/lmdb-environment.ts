import { statSync } from 'node:fs';
import { ABORT, open } from 'lmdb';
import type { RangeOptions, Transaction } from 'lmdb';
import type { StoredKey } from './copy-keys.ts';
import { keyEncoder } from './copy-keys.ts';
import { copyLimits } from './limits.ts';
import { checkFiles, dataFileOf } from './lmdb-file.ts';

/** What is used of an lmdb database: its own types leave out what reading from a snapshot needs. */
interface Database {
  /** Into a buffer that the next read overwrites, whose bytes beyond `lastSize` mean nothing. */
  getBinaryFast(
    key: StoredKey,
    options?: { readonly transaction: Transaction },
  ): Buffer | undefined;
  getBinary(key: StoredKey, options?: { readonly transaction: Transaction }): Buffer | undefined;
  readonly lastSize: number;
  put(key: StoredKey, value: Uint8Array): unknown;
  remove(key: StoredKey): unknown;
  getRange(options: RangeOptions): Iterable<{ readonly key: Uint8Array; readonly value: Buffer }>;
  transactionSync(action: () => unknown): unknown;
  clearSync(): void;
  useReadTransaction(): Transaction;
  close(): Promise<void>;
}

export interface WriteTransaction {
  get(key: StoredKey): Buffer | undefined;
  put(key: StoredKey, value: Uint8Array): void;
  remove(key: StoredKey): void;
}

/**
 * One LMDB file, read from one snapshot of it: what another process writes shows only when this one
 * asks for a new snapshot. Every call is synchronous; a transaction of 5,000 entries takes some 40 ms.
 */
export interface Environment {
  get(key: StoredKey): Buffer | undefined;
  range(within: {
    readonly start: Uint8Array;
    readonly end: Uint8Array;
  }): Iterable<{ readonly key: Uint8Array; readonly value: Buffer }>;
  /** All or nothing; false if the action says no, and then nothing. The snapshot stays. */
  transact(action: (transaction: WriteTransaction) => boolean): boolean;
  clear(): void;
  /** Shows from now on what is committed now. */
  renewSnapshot(): void;
  /** Of the file; null if another one is at its path by now, or none. */
  bytes(): number | null;
  close(): Promise<void>;
}

/** Errors: ForeignFile; what LMDB says, or the system. */
export function openEnvironment(folder: string): Environment {
  checkFiles(folder);
  const database = open({
    path: folder,
    noSubdir: false,
    encoding: 'binary',
    keyEncoder,
    mapSize: copyLimits.mapBytes,
    // See openStateFolder: measured, a commit of ten entries takes a fifth of one that is synced.
    noSync: true,
  }) as unknown as Database;
  const dataFile = dataFileOf(folder);
  const inode = statSync(dataFile).ino;
  let snapshot = database.useReadTransaction();

  return {
    get(key) {
      const shared = database.getBinaryFast(key, { transaction: snapshot });
      if (shared === undefined) return undefined;
      // A copy, by way of a view: the shared buffer says a length that is not its own.
      return Buffer.from(new Uint8Array(shared.buffer, shared.byteOffset, database.lastSize));
    },
    range: ({ start, end }) => database.getRange({ start, end, transaction: snapshot }),
    transact(action) {
      const outcome = database.transactionSync(() =>
        action({
          get: (key) => database.getBinary(key),
          put: (key, value) => void database.put(key, value),
          remove: (key) => void database.remove(key),
        })
          ? true
          : ABORT,
      );
      return outcome === true;
    },
    clear: () => database.clearSync(),
    renewSnapshot() {
      snapshot.done();
      snapshot = database.useReadTransaction();
    },
    bytes() {
      try {
        const stat = statSync(dataFile);
        return stat.ino === inode ? stat.size : null;
      } catch {
        return null;
      }
    },
    async close() {
      snapshot.done();
      await database.close();
    },
  };
}
