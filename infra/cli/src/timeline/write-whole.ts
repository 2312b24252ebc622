import type { KeepFiles } from '../monitor-client/keep-files.ts';
import { diskFiles } from '../monitor-client/keep-files.ts';
import { CliFailure, firstLine } from '../session/failure.ts';

/**
 * Writes a file so that it is there whole or not at all, for its owner only: beside it, flushed, then
 * renamed. @throws CliFailure that says what is wrong with the disk
 */
export async function writeWhole(
  path: string,
  content: string,
  files: KeepFiles = diskFiles,
): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await files.write(partial, content);
    await files.sync(partial);
    await files.rename(partial, path);
  } catch (error) {
    await files.remove(partial).catch(() => undefined);
    throw new CliFailure(
      `${path} cannot be written, and nothing is left of it: ${firstLine(error)}`,
    );
  }
}
