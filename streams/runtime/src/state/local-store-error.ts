/** Codes of LMDB itself; those of the system are positive. */
const mapFull = -30_792;
const [noSpace, overQuota] = [28, 122];

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
  return typeof code === 'number' && code < 0 && code !== mapFull;
}

/** What went wrong with a copy, its folder and the way out in one message. */
export function copyError(folder: string, error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error;
  const code = codeOf(error);
  const said = `${messageOf(error)}${code === null ? '' : ` (${code})`}`;
  if (code === mapFull)
    return new LocalStoreError(
      folder,
      `the local copy in ${folder} has reached its largest size, and nothing of this write is in it: ${said}. ` +
        'Spread the state over more partitions, or unset PLUMBLINE_STATE_FOLDER to keep it in memory.',
      error,
    );
  if (code === noSpace || code === overQuota)
    return new LocalStoreError(
      folder,
      `the disk of the local copy in ${folder} is full, and nothing of this write is in it: ${said}. ` +
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

/** A folder that cannot be made, read or written. */
export const folderError = (folder: string, error: unknown): LocalStoreError =>
  new LocalStoreError(
    folder,
    `${folder} cannot be used for local copies: ${messageOf(error)}. Make it a folder on a disk of ` +
      'this machine that this user may write, or unset PLUMBLINE_STATE_FOLDER to keep state in memory.',
    error,
  );
