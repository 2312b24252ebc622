import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { invariant } from '@plumbline/kernel';
import { z } from 'zod';
import type { KeepFiles } from './keep-files.ts';

/** A record as it lies in its file. docs/examples/monitor_client.py writes the same. */
const keptSchema = z.object({
  /** The line as it came, which is what is sent. */
  record: z.string(),
  keptAt: z.string(),
  /** Tries that failed. */
  tries: z.int().nonnegative(),
  /** Why the last one did. */
  problem: z.string().nullable(),
});
export type KeptRecord = Readonly<z.output<typeof keptSchema>>;

/** What is read of a file; `gone` where somebody else has settled the record. */
export type FoundRecord =
  | { readonly kind: 'kept'; readonly kept: KeptRecord }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'gone' };

/**
 * Records that were not accepted yet, one file each:
 *
 *   kept ──accepted──► removed
 *    │ ▲
 *    │ └─ tried: the same file with one try more
 *    └──alarmed──► alarmed/, until somebody has them sent again
 *
 * A call is done, and on the disk, when it resolves. Whatever dies in between leaves a record as it
 * was before the call or after it. Errors: those of the file system.
 */
export interface KeepFolder {
  /** What waits here from before, the oldest first: names of files. */
  readonly waiting: readonly string[];
  /** Files in alarmed/ from before. */
  readonly alarmedBefore: number;
  /** Keeps a record. The same text that waits already is that one: `isNew` says which it was. */
  keep(record: string): Promise<{ readonly name: string; readonly isNew: boolean }>;
  find(name: string): Promise<FoundRecord>;
  tried(name: string, kept: KeptRecord): Promise<void>;
  accepted(name: string): Promise<void>;
  alarmed(name: string): Promise<void>;
  /** Where a record is once it is alarmed. */
  alarmedPath(name: string): string;
  /** Puts bytes aside that are no record; the path of their file. */
  putAside(line: Buffer, lineNumber: number): Promise<string>;
}

export interface KeepFolderOptions {
  readonly folder: string;
  readonly files: KeepFiles;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Whether what was alarmed waits again, as if it had never been tried. */
  readonly retryAlarmed: boolean;
}

/** Thirteen digits of epoch ms, so that names sort by age, and the beginning of a digest. */
const nameForm = /^\d{13}-([0-9a-f]{32})\.json$/;
const digestOf = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 32);

export async function openKeepFolder(options: KeepFolderOptions): Promise<KeepFolder> {
  const { folder, files, nowMs } = options;
  const [alarmedFolder, asideFolder] = [join(folder, 'alarmed'), join(folder, 'malformed')];
  for (const each of [folder, alarmedFolder, asideFolder]) await files.makeFolder(each);

  /** Beside it, flushed and renamed: a file of this name is whole, whenever anything dies. */
  async function replace(path: string, content: string | Buffer): Promise<void> {
    const partial = `${path}.partial`;
    await files.write(partial, content);
    await files.sync(partial);
    const isThere = await files.rename(partial, path);
    invariant(isThere, `${partial} is gone: is there another client on this folder?`);
  }

  const put = async (name: string, kept: KeptRecord): Promise<void> => {
    await replace(join(folder, name), `${JSON.stringify(kept)}\n`);
    await files.syncFolder(folder);
  };

  async function find(path: string): Promise<FoundRecord> {
    const content = await files.read(path);
    if (content === null) return { kind: 'gone' };
    const parsed = keptSchema.safeParse(jsonOf(content));
    return parsed.success ? { kind: 'kept', kept: parsed.data } : { kind: 'unreadable' };
  }

  /** In this order, so that a record is at least in one of the two. */
  async function bringBack(name: string): Promise<void> {
    const from = join(alarmedFolder, name);
    const found = await find(from);
    if (found.kind !== 'kept') return;
    await put(name, { ...found.kept, tries: 0 });
    await files.remove(from);
  }

  const alarmedNames = (await files.names(alarmedFolder)).filter((name) => nameForm.test(name));
  if (options.retryAlarmed) for (const name of alarmedNames) await bringBack(name);
  const names = await files.names(folder);
  // Of a client that died while it wrote: it has not said of any of these that it is kept.
  for (const name of names) if (name.endsWith('.partial')) await files.remove(join(folder, name));
  const waiting = names.filter((name) => nameForm.test(name)).sort();
  const nameOf = new Map(waiting.map((name) => [nameForm.exec(name)?.[1] ?? '', name]));
  const forget = (name: string): void => void nameOf.delete(nameForm.exec(name)?.[1] ?? '');

  return {
    waiting,
    alarmedBefore: options.retryAlarmed ? 0 : alarmedNames.length,
    keep: async (record) => {
      const digest = digestOf(record);
      const there = nameOf.get(digest);
      if (there !== undefined) return { name: there, isNew: false };
      const atMs = nowMs();
      const name = `${String(atMs).padStart(13, '0')}-${digest}.json`;
      const keptAt = new Date(atMs).toISOString();
      await put(name, { record, keptAt, tries: 0, problem: null });
      nameOf.set(digest, name);
      return { name, isNew: true };
    },
    find: (name) => find(join(folder, name)),
    tried: put,
    accepted: async (name) => {
      // Not flushed: one that comes back after a crash is a repeat, which changes nothing.
      await files.remove(join(folder, name));
      forget(name);
    },
    alarmed: async (name) => {
      await files.rename(join(folder, name), join(alarmedFolder, name));
      for (const each of [alarmedFolder, folder]) await files.syncFolder(each);
      forget(name);
    },
    alarmedPath: (name) => join(alarmedFolder, name),
    putAside: async (line, lineNumber) => {
      const path = join(asideFolder, `${nowMs()}-line-${lineNumber}-${digestOf(line)}.txt`);
      await replace(path, line);
      await files.syncFolder(asideFolder);
      return path;
    },
  };
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
}
