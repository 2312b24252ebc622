import { dirname, join } from 'node:path';
import type { KeepFiles } from '../monitor-client/keep-files.ts';
import { diskFiles } from '../monitor-client/keep-files.ts';
import { CliFailure, firstLine } from '../session/failure.ts';
import type { ArchiveManifest } from './manifest.ts';
import { manifestName, manifestText, readManifest, unfinishedName } from './manifest.ts';

/** The folder of an archive. */
export interface ArchiveFolder {
  readonly path: string;
  /** Null for none. @throws CliFailure when it was altered */
  manifest(): Promise<ArchiveManifest | null>;
  unfinished(): Promise<ArchiveManifest | null>;
  isEmpty(): Promise<boolean>;
  /** Null for none. */
  read(path: string): Promise<Buffer | null>;
  /** Whole and on the disk, or not there. @throws CliFailure on a full disk */
  write(path: string, bytes: Buffer): Promise<void>;
  keep(manifest: ArchiveManifest): Promise<void>;
  /** The last step of an archive. */
  finish(manifest: ArchiveManifest): Promise<void>;
}

const suffix = '.partial';

export function openArchiveFolder(path: string, files: KeepFiles = diskFiles): ArchiveFolder {
  async function put(name: string, bytes: Buffer): Promise<void> {
    const to = join(path, name);
    const partial = `${to}${suffix}`;
    try {
      await files.makeFolder(dirname(to));
      await files.write(partial, bytes);
      await files.sync(partial);
      await files.rename(partial, to);
      await files.syncFolder(dirname(to));
    } catch (error) {
      // A full disk has room again for what comes next.
      await files.remove(partial).catch(() => undefined);
      throw notWritten(to, bytes.length, error);
    }
  }
  const manifestOf = async (name: string): Promise<ArchiveManifest | null> => {
    const at = join(path, name);
    const bytes = await files.read(at);
    return bytes === null ? null : readManifest(bytes, at);
  };
  return {
    path,
    manifest: () => manifestOf(manifestName),
    unfinished: () => manifestOf(unfinishedName),
    isEmpty: async () => {
      await files.makeFolder(path);
      return (await files.names(path)).length === 0;
    },
    read: (name) => files.read(join(path, name)),
    write: put,
    keep: (manifest) => put(unfinishedName, Buffer.from(manifestText(manifest))),
    finish: async (manifest) => {
      await put(manifestName, Buffer.from(manifestText(manifest)));
      await files.remove(join(path, unfinishedName));
    },
  };
}

function notWritten(path: string, bytes: number, error: unknown): CliFailure {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const why = isFull ? `the disk is full, and ${bytes} bytes were to come` : firstLine(error);
  const how = isFull ? ' Make room and run the same command again: it goes on from there.' : '';
  return new CliFailure(`${path} could not be written: ${why}.${how}`);
}
