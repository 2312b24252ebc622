import { ForeignFile } from './lmdb-file.ts';

/** A disk that fills up takes the first half of a write, which LMDB calls an input/output error (5). */
const [ioError, fileTooBig, noSpace, overQuota] = [5, 27, 28, 122];
const diskErrors: readonly unknown[] = [
  ...[ioError, fileTooBig, noSpace, overQuota],
  ...['EIO', 'EFBIG', 'ENOSPC', 'EDQUOT'],
];

/** The disk, or the file, does not let a local copy do its work. The message says what to do. */
export class LocalStoreError extends Error {
  override readonly name = 'LocalStoreError';
  readonly folder: string;
  constructor(folder: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.folder = folder;
  }
}

const codeOf = (error: unknown): string | number | null =>
  error instanceof Error &&
  'code' in error &&
  (typeof error.code === 'string' || typeof error.code === 'number')
    ? error.code
    : null;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Whether it is the file that is wrong, and not the disk: then a new file helps. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  // Codes of LMDB itself are negative, those of the system positive.
  return error instanceof ForeignFile || (typeof code === 'number' && code < 0);
}

/** What went wrong with a copy, its folder and the way out in one message. */
export function copyError(folder: string, error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error;
  const code = codeOf(error);
  const said = `${messageOf(error)}${code === null ? '' : ` (${code})`}`;
  if (diskErrors.includes(code))
    return new LocalStoreError(
      folder,
      `the disk of the local copy in ${folder} is full, or fails; nothing of this write is in it: ${said}. ` +
        'Make room there, or point PLUMBLINE_STATE_FOLDER at another disk.',
      error,
    );
  if (isDamage(error))
    return new LocalStoreError(
      folder,
      `the local copy in ${folder} is damaged: ${said}. It is thrown away when it is opened next.`,
      error,
    );
  return folderError(folder, error);
}

export const tooBigError = (folder: string, bytes: number): LocalStoreError =>
  new LocalStoreError(
    folder,
    `the local copy in ${folder} has reached its largest size (${bytes} bytes), and nothing of this ` +
      'write is in it. Spread the state over more partitions, or unset PLUMBLINE_STATE_FOLDER to ' +
      'keep it in memory.',
  );

/** A folder that cannot be made, read or written. */
export const folderError = (folder: string, error: unknown): LocalStoreError =>
  new LocalStoreError(
    folder,
    `${folder} cannot be used for local copies: ${messageOf(error)}. Make it a folder on a disk of ` +
      'this machine that this user may write, or unset PLUMBLINE_STATE_FOLDER to keep state in memory.',
    error,
  );
