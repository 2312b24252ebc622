import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ActiveOrder } from '../active-order.ts';
import { fieldsOf } from '../active-order.ts';
import { leftoverMs } from './limits.ts';

/** `order.json`, for clients that poll a file: an array of contract 0's objects. */
export interface OrderFile {
  /**
   * Replaces the whole file; it is on the disk when this resolves. Of several that are asked for
   * while one is being written only the last is written, and all of them resolve with it.
   *
   * Errors: those of the file system. The file is then as it was; write again.
   */
  write(orders: readonly ActiveOrder[]): Promise<void>;
}

export interface OrderFileOptions {
  /** Its folder must be there; nothing else in it is touched but what a dead writer left. */
  readonly path: string;
  /** Epoch ms. */
  readonly nowMs: () => number;
}

/**
 * Whoever reads the file sees a whole array, that of one call: it is written beside the old one,
 * flushed to the disk, and renamed over it (rename(2) of POSIX is one step). After a crash of the
 * machine the file is whole as well, the new one or the one before. Several processes may write one
 * file; the last one stands.
 */
export function createOrderFile({ path, nowMs }: OrderFileOptions): OrderFile {
  // A name of its own, or two that write would write into one another.
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  let waiting: { orders: readonly ActiveOrder[]; readonly written: Promise<void> } | null = null;
  let last: Promise<void> = removeLeftovers(path, nowMs);

  return {
    write(orders) {
      if (waiting !== null) {
        waiting.orders = orders;
        return waiting.written;
      }
      const written = last.then(() => {
        const asked = waiting?.orders ?? orders;
        waiting = null;
        return replace({ path, partial }, textOf(asked));
      });
      waiting = { orders, written };
      last = written.catch(() => undefined);
      return written;
    },
  };
}

/** One order a line, so that people can read it. */
const textOf = (orders: readonly ActiveOrder[]): string =>
  orders.length === 0
    ? '[]\n'
    : `[\n${orders.map((order) => JSON.stringify(fieldsOf(order))).join(',\n')}\n]\n`;

async function replace(files: { path: string; partial: string }, text: string): Promise<void> {
  try {
    const file = await open(files.partial, 'w');
    try {
      await file.writeFile(text);
      // Before the rename, or a crash could leave the new name with nothing in it.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(files.partial, files.path);
  } catch (error) {
    await rm(files.partial, { force: true });
    throw error;
  }
}

/** What processes left that died while they wrote. Best effort: the file itself is never one. */
async function removeLeftovers(path: string, nowMs: () => number): Promise<void> {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const leftovers = names.filter((name) => name.startsWith(begin) && name.endsWith('.partial'));
  for (const name of leftovers) {
    const found = await stat(join(folder, name)).catch(() => null);
    const isOld = found !== null && nowMs() - found.mtimeMs > leftoverMs;
    if (isOld) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
