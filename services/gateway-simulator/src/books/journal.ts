import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from './entries.ts';
import { entryOfLine, entryToLine } from './entries.ts';

export interface Journal {
  /** Resolves when the entries are on the disk, in the order of the calls. */
  append(entries: readonly Entry[]): Promise<void>;
  /** Forgets everything, so that an empty journal is what remains. */
  clear(): Promise<void>;
  /** What went wrong with the file, after which nothing more is written. */
  failure(): Error | null;
  close(): Promise<void>;
}

/** For books that a restart may forget. */
export const noJournal: Journal = {
  append: () => Promise.resolve(),
  clear: () => Promise.resolve(),
  failure: () => null,
  close: () => Promise.resolve(),
};

/**
 * Opens the journal, JSON lines, and gives its entries in order. A last line without its end was
 * never answered for: it is cut off. Errors: any other line that is no entry.
 */
export async function openJournal(path: string, onEntry: (entry: Entry) => void): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const wholeBytes = await replay(path, onEntry);
    await file.truncate(wholeBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
  let failed: Error | null = null;
  /** The last of what is to be done with the file, each after the one before. */
  let last: Promise<void> = Promise.resolve();
  /** What has not begun yet takes in what comes meanwhile. */
  let batch: { readonly lines: string[]; readonly written: Promise<void> } | null = null;

  const afterLast = (work: () => Promise<void>): Promise<void> => {
    last = last.catch(() => undefined).then(work);
    return last;
  };
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (failed) throw failed;
    try {
      await work();
      await file.datasync();
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      throw failed;
    }
  };
  function openBatch() {
    const lines: string[] = [];
    const written = afterLast(() => {
      if (batch?.lines === lines) batch = null;
      return attempt(() => file.appendFile(lines.join('')));
    });
    batch = { lines, written };
    return batch;
  }

  return {
    append: (entries) => {
      if (entries.length === 0) return last;
      const into = batch ?? openBatch();
      for (const entry of entries) into.lines.push(`${entryToLine(entry)}\n`);
      return into.written;
    },
    clear: () => {
      // What comes from now on belongs behind the clearing.
      batch = null;
      return afterLast(() => attempt(() => file.truncate(0)));
    },
    failure: () => failed,
    close: async () => {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

/** How many bytes of the file are whole lines. */
async function replay(path: string, onEntry: (entry: Entry) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let wholeBytes = 0;
  let lineNumber = 0;
  for await (const chunk of createReadStream(path)) {
    const data: Buffer = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, from)) {
      lineNumber += 1;
      const entry = entryOfLine(data.toString('utf8', from, end));
      if (!entry) throw new Error(`${path}: line ${lineNumber} is not an entry of the books`);
      onEntry(entry);
      from = end + 1;
    }
    wholeBytes += from;
    rest = data.subarray(from);
  }
  return wholeBytes;
}
