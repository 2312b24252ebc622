import type { KeepFiles } from '../keep-files.ts';

/** At which step of the disk a client dies: before it, after it, or in the middle of what it writes. */
export interface Death {
  readonly step: number;
  readonly how: 'before' | 'after' | 'torn';
}

export class Died extends Error {
  override readonly name = 'Died';
}

/** Dies once, at the step; whatever is asked afterwards is not done, since nobody is there. */
export function createDyingFiles(files: KeepFiles, death: Death | null) {
  let steps = 0;
  let dead = false;

  async function step<T>(work: () => Promise<T>, torn: () => Promise<unknown> = work): Promise<T> {
    if (dead) throw new Died('dead');
    steps += 1;
    if (death === null || steps !== death.step) return work();
    dead = true;
    if (death.how === 'after') await work();
    if (death.how === 'torn') await torn();
    throw new Died(`at step ${steps}`);
  }

  const dying: KeepFiles = {
    makeFolder: (path) => step(() => files.makeFolder(path)),
    names: (folder) => step(() => files.names(folder)),
    read: (path) => step(() => files.read(path)),
    write: (path, content) =>
      step(
        () => files.write(path, content),
        () => files.write(path, content.slice(0, content.length / 2)),
      ),
    sync: (path) => step(() => files.sync(path)),
    syncFolder: (path) => step(() => files.syncFolder(path)),
    rename: (from, to) => step(() => files.rename(from, to)),
    remove: (path) => step(() => files.remove(path)),
  };
  return { files: dying, steps: () => steps };
}
