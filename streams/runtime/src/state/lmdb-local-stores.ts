import type { Logger } from '@plumbline/observability';
import { leaveCopy, markDamaged, settleCopy, takeCopy, throwAway } from './copy-owner.ts';
import { checkpointKey, entriesOf, rangeOf, storedEntry, storedKey, valueOf } from './copy-keys.ts';
import { copyLimits } from './limits.ts';
import type { Environment } from './lmdb-environment.ts';
import { openEnvironment } from './lmdb-environment.ts';
import { compareKeys } from './key-order.ts';
import type { ChangelogEntry, Checkpoint, LocalStore, LocalStores } from './local-store.ts';
import { isSameCheckpoint } from './local-store.ts';
import { ForeignFile } from './lmdb-file.ts';
import { copyError, isDamage, LocalStoreError, tooBigError } from './local-store-error.ts';
import { copyFolderOf, openStateFolder } from './state-folder.ts';

export interface LmdbLocalStoresOptions {
  /** On a disk of this machine; shared by the processes that run the same topologies there. */
  readonly folder: string;
  /** Is told when a copy is thrown away. */
  readonly logger?: Logger;
  /** That the file of a copy may have before a write. */
  readonly bytesMax?: number;
  /** Tests only: the start of this machine that copies belong to. */
  readonly boot?: string;
}

/**
 * Local copies in files, which outlive the process: one LMDB environment a topology and partition, at
 * `<folder>/v1-<boot>/<topology>/<partition>/`. What the disk can do to a copy is lose it.
 *
 * Errors: LocalStoreError, if the folder cannot be made or written.
 */
export function createLmdbLocalStores(options: LmdbLocalStoresOptions): LocalStores {
  const root = openStateFolder(options.folder, options.boot);
  const opened = new Set<LocalStore>();
  return {
    async open(task) {
      const folder = copyFolderOf(root, task);
      const store = await openStore({
        folder,
        bytesMax: options.bytesMax ?? copyLimits.bytesMax,
        thrownAway: (why) =>
          options.logger?.warn('a local copy is thrown away', { ...task, folder, why }),
        closed: () => opened.delete(store),
      });
      opened.add(store);
      return store;
    },
    async close() {
      await Promise.all([...opened].map((store) => store.close()));
    },
  };
}

/** How often this process has each copy open: a task that starts over may overlap with itself. */
const holds = new Map<string, number>();

interface StoreOptions {
  readonly folder: string;
  readonly bytesMax: number;
  thrownAway(why: string): void;
  closed(): void;
}

/** An environment with the checkpoint that its snapshot stands at. */
interface Copy {
  readonly environment: Environment;
  readonly checkpoint: Checkpoint | null;
}

async function openStore(options: StoreOptions): Promise<LocalStore> {
  const { folder } = options;
  holds.set(folder, (holds.get(folder) ?? 0) + 1);
  try {
    const { suspect } = await takeCopy(folder, (why) => options.thrownAway(why));
    return storeOver(await openCopy(options, suspect), options);
  } catch (error) {
    letGo(folder);
    throw copyError(folder, error);
  }
}

/** Lets others have the copy once nobody in this process has it open. */
function letGo(folder: string): void {
  const left = (holds.get(folder) ?? 1) - 1;
  if (left > 0) {
    holds.set(folder, left);
    return;
  }
  holds.delete(folder);
  leaveCopy(folder);
}

/** A file that is no copy of ours, or cannot be read, gives way to a new one. */
async function openCopy(options: StoreOptions, suspect: boolean): Promise<Copy> {
  const { folder } = options;
  try {
    return await readCopy(folder, suspect);
  } catch (error) {
    if (!isDamage(error)) throw error;
    options.thrownAway(`it cannot be read: ${error instanceof Error ? error.message : ''}`);
    throwAway(folder);
    await takeCopy(folder, (why) => options.thrownAway(why));
    return readCopy(folder, false);
  }
}

async function readCopy(folder: string, suspect: boolean): Promise<Copy> {
  const environment = openEnvironment(folder);
  try {
    if (suspect) for (const row of environment.range(everything)) touch(row.value);
    return { environment, checkpoint: checkpointOf(environment) };
  } catch (error) {
    await environment.close();
    throw error;
  }
}

/** Reading has copied the value, and so touched every page that it is on. */
const touch = (_value: Buffer): void => undefined;

/** Errors: ForeignFile. */
function checkpointOf(environment: Environment): Checkpoint | null {
  const bytes = environment.get(checkpointKey);
  if (bytes !== undefined) return decodeCheckpoint(bytes);
  const [entry] = environment.range(everything);
  if (entry !== undefined) throw new ForeignFile('it has no checkpoint');
  return null;
}

const everything = { start: Uint8Array.of(0), end: Uint8Array.of(255) };

const encodeCheckpoint = ({ incarnation, offset, atMs }: Checkpoint): Buffer =>
  Buffer.from(JSON.stringify({ incarnation, offset: offset.toString(), atMs }));

/** Errors: ForeignFile. */
function decodeCheckpoint(bytes: Buffer): Checkpoint {
  try {
    const raw = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, unknown>>;
    const { incarnation, offset, atMs } = raw;
    if (typeof incarnation === 'string' && typeof offset === 'string' && typeof atMs === 'number')
      return { incarnation, offset: BigInt(offset), atMs };
  } catch {
    // Said below, with those that parse.
  }
  throw new ForeignFile('its checkpoint is none');
}

function storeOver(opened: Copy, options: StoreOptions): LocalStore {
  const { folder } = options;
  const { environment } = opened;
  let { checkpoint } = opened;
  let closing: Promise<void> | null = null;
  const settling = setTimeout(() => settleOrNot(folder), copyLimits.settledMs);
  settling.unref();

  /** What goes wrong with the file itself would go wrong again. */
  function guarded<T>(action: () => T): T {
    if (closing !== null)
      throw new LocalStoreError(folder, `the local copy in ${folder} is closed`);
    try {
      return action();
    } catch (error) {
      if (isDamage(error) && environment.bytes() !== null) markDamaged(folder);
      throw copyError(folder, error);
    }
  }

  function renewSnapshot(): void {
    environment.renewSnapshot();
    checkpoint = checkpointOf(environment);
  }

  function write(
    entries: readonly ChangelogEntry[],
    step: { readonly from: Checkpoint | null; readonly to: Checkpoint },
  ): boolean {
    const bytes = environment.bytes();
    // Somebody has put another copy in the place of this one.
    if (bytes === null) return false;
    if (bytes > options.bytesMax) throw tooBigError(folder, options.bytesMax);
    const from = step.from === null ? null : encodeCheckpoint(step.from);
    const written = environment.transact((transaction) => {
      const now = transaction.get(checkpointKey);
      if (from === null ? now !== undefined : now?.equals(from) !== true) return false;
      for (const { key, value } of entries) {
        if (value === null) transaction.remove(storedKey(key));
        else transaction.put(...storedEntry(key, value));
      }
      transaction.put(checkpointKey, encodeCheckpoint(step.to));
      return true;
    });
    if (!written) return false;
    renewSnapshot();
    // Else another process went on from there before we looked: what it wrote is not ours to read.
    return isSameCheckpoint(checkpoint, step.to);
  }

  return {
    checkpoint: () => checkpoint,
    get(key) {
      return guarded(() => {
        const stored = storedKey(key);
        const found = environment.get(stored);
        return found === undefined ? undefined : valueOf(stored, found);
      });
    },
    entries: (prefix, after) => guarded(() => entriesWith(environment, prefix, after)),
    write: (entries, step) => promised(() => guarded(() => write(entries, step))),
    wipe: () =>
      promised(() =>
        guarded(() => {
          environment.clear();
          renewSnapshot();
        }),
      ),
    close() {
      closing ??= (async () => {
        clearTimeout(settling);
        await environment.close();
        letGo(folder);
        options.closed();
      })();
      return closing;
    },
  };
}

function settleOrNot(folder: string): void {
  try {
    settleCopy(folder);
  } catch {
    // A full disk, for one: the next write says so to somebody who can act upon it.
  }
}

function* entriesWith(
  environment: Environment,
  prefix: string,
  after: string | undefined,
): Iterable<readonly [string, Buffer]> {
  for (const entry of entriesOf(environment.range(rangeOf(prefix, after)))) {
    if (after !== undefined && compareKeys(entry[0], after) <= 0) continue;
    if (entry[0].startsWith(prefix)) yield entry;
  }
}

/** LMDB answers at once; whoever waits is told so all the same. */
const promised = <T>(action: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(action());
  });
