import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderError } from './local-store-error.ts';

/** What the files inside look like: another number is another folder, beside this one. */
const format = 'v1';

/**
 * The folder of everything written since this machine was started: `<folder>/v1-<boot>`. Copies are
 * written without waiting for the disk, which kill -9 cannot hurt and power loss can; so a copy does
 * not outlive the boot that wrote it. Its age stands in a name, since a name cannot be half written.
 * The log may have lost its last records to the same power loss, too, and a copy must not know them.
 *
 * Errors: LocalStoreError, if it cannot be made or written.
 */
export function openStateFolder(folder: string, boot: string = bootOf(folder)): string {
  const current = `${format}-${boot}`;
  const root = join(folder, current);
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const name of readdirSync(folder)) {
      if (name !== current && ofAnotherBoot.test(name))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
    return root;
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** Of this format and no other: a newer version may be running beside this one. */
const ofAnotherBoot = new RegExp(`^${format}-[0-9a-f-]{36}$`);

/** Errors: LocalStoreError, on a system that does not tell one start from the next. */
function bootOf(folder: string): string {
  try {
    const id =
      process.platform === 'darwin'
        ? execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' })
        : readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return id.trim().toLowerCase();
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** Where the copy of one task is. Whatever a topology is called, it is one name there. */
export function copyFolderOf(
  root: string,
  task: { readonly topology: string; readonly partition: number },
): string {
  const name = task.topology.replace(/[^a-z0-9-]/g, (c) => `%${c.codePointAt(0) ?? 0}.`);
  return join(root, name, String(task.partition));
}
