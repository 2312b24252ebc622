import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';

/** The steps on a disk that keeping a record is made of; tests let a client die between any two. */
export interface KeepFiles {
  /** For its owner only; one that is there already stays as it is. */
  makeFolder(path: string): Promise<void>;
  names(folder: string): Promise<readonly string[]>;
  /** `null` for none. */
  read(path: string): Promise<Buffer | null>;
  /** Not on the disk yet. */
  write(path: string, content: string | Buffer): Promise<void>;
  /** Puts what was written into a file on the disk. */
  sync(path: string): Promise<void>;
  /** The same for the names in a folder. */
  syncFolder(path: string): Promise<void>;
  /** Whether there was anything to rename. */
  rename(from: string, to: string): Promise<boolean>;
  /** One that is not there is removed already. */
  remove(path: string): Promise<void>;
}

/** Records say who paid: nobody else on the machine needs to read them. */
const folderMode = 0o700;
const fileMode = 0o600;

export const diskFiles: KeepFiles = {
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: folderMode });
  },
  names: (folder) => readdir(folder),
  read: (path) => orIfMissing(readFile(path), null),
  write: async (path, content) => {
    const file = await open(path, 'w', fileMode);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  },
  // Windows flushes no file that is open for reading only, and no folder at all.
  sync: (path) => flush(path, 'r+'),
  syncFolder: async (path) => {
    if (process.platform !== 'win32') await flush(path, 'r');
  },
  rename: (from, to) =>
    orIfMissing(
      rename(from, to).then(() => true),
      false,
    ),
  remove: (path) => rm(path, { force: true }),
};

async function flush(path: string, mode: 'r' | 'r+'): Promise<void> {
  const file = await open(path, mode);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function orIfMissing<T, Otherwise>(
  done: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  try {
    return await done;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  }
}
