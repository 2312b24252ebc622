import { dirname } from 'node:path';
import type { KeepFiles } from '../keep-files.ts';

interface File {
  content: Buffer;
  /** What is left of it after a power failure. */
  flushed: Buffer;
}

/** A disk that forgets, at a power failure, what nobody flushed: contents, and names in folders. */
export interface MemoryDisk extends KeepFiles {
  /** The disk afterwards: torn files are empty, names are those of the last flush of their folder. */
  afterPowerFailure(): MemoryDisk;
  /** Names that end so, in any folder. */
  ending(text: string): readonly string[];
}

export function createMemoryDisk(
  flushedNames: ReadonlyMap<string, File> = new Map<string, File>(),
): MemoryDisk {
  const names = new Map(flushedNames);
  const durable = new Map(flushedNames);
  const ok = Promise.resolve();
  return {
    makeFolder: () => ok,
    names: (folder) =>
      Promise.resolve(
        [...names.keys()]
          .filter((path) => dirname(path) === folder)
          .map((path) => path.slice(folder.length + 1)),
      ),
    read: (path) => Promise.resolve(names.get(path)?.content ?? null),
    write: (path, content) => {
      names.set(path, { content: Buffer.from(content), flushed: Buffer.alloc(0) });
      return ok;
    },
    sync: (path) => {
      const file = names.get(path);
      if (file !== undefined) file.flushed = file.content;
      return ok;
    },
    syncFolder: (folder) => {
      for (const path of durable.keys()) if (dirname(path) === folder) durable.delete(path);
      for (const [path, file] of names) if (dirname(path) === folder) durable.set(path, file);
      return ok;
    },
    rename: (from, to) => {
      const file = names.get(from);
      if (file === undefined) return Promise.resolve(false);
      names.delete(from);
      names.set(to, file);
      return Promise.resolve(true);
    },
    remove: (path) => {
      names.delete(path);
      return ok;
    },
    afterPowerFailure: () =>
      createMemoryDisk(
        new Map(
          [...durable].map(([path, { flushed }]) => [path, { content: flushed, flushed }] as const),
        ),
      ),
    ending: (text) => [...names.keys()].filter((path) => path.endsWith(text)),
  };
}
