import { createHash } from 'node:crypto';
import type { ArchiveFolder } from './archive-folder.ts';
import type { ArchivedSchema } from './archived-schema.ts';
import { Damaged, openContainer } from './container.ts';
import type { ArchiveFile, ArchiveManifest } from './manifest.ts';
import { manifestName } from './manifest.ts';
import type { ArchivedRecord } from './record-bytes.ts';
import { digestRecord } from './record-bytes.ts';
import { sha256Of } from './write-archive.ts';
import { CliFailure } from '../session/failure.ts';

/** What is not as the manifest says. */
export interface ArchiveProblem {
  readonly path: string;
  readonly problem: string;
}

/** @throws CliFailure when there is none, or it was interrupted */
export async function finishedManifest(folder: ArchiveFolder): Promise<ArchiveManifest> {
  const manifest = await folder.manifest();
  if (manifest !== null) return manifest;
  if ((await folder.unfinished()) === null)
    throw new CliFailure(`${folder.path} holds no archive: there is no ${manifestName} in it`);
  throw new CliFailure(
    `${folder.path} is unfinished: writing it was interrupted. Run archive write with the same ` +
      'folder and topics again: it goes on from there',
  );
}

/** One file is in memory at a time. */
export async function checkArchive(options: {
  readonly folder: ArchiveFolder;
  readonly manifest: ArchiveManifest;
  readonly signal: AbortSignal;
  onProgress?(bytesDone: number, bytesTotal: number): void;
}): Promise<readonly ArchiveProblem[]> {
  const { folder, manifest, signal } = options;
  const problems: ArchiveProblem[] = [];
  const all = manifest.topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, files }) => files.map((file) => ({ topic, partition, file }))),
  );
  const total = all.reduce((sum, { file }) => sum + file.bytes, 0);
  let done = 0;
  for (const { topic, partition, file } of all) {
    signal.throwIfAborted();
    try {
      readAll(await recordsOfFile(folder, { topic, partition }, file));
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      problems.push({ path: file.path, problem: error.message });
    }
    done += file.bytes;
    options.onProgress?.(done, total);
  }
  return problems;
}

/**
 * The records of a file, after its checksum was found right; at their end it is known that they are
 * what the manifest says. @throws Damaged, also while they are taken
 */
export async function recordsOfFile(
  folder: ArchiveFolder,
  of: { readonly topic: string; readonly partition: number },
  file: ArchiveFile,
): Promise<Iterable<ArchivedRecord> & { readonly schemas: readonly ArchivedSchema[] }> {
  const bytes = await folder.read(file.path);
  if (bytes === null) throw new Damaged('the file is missing');
  const isWhole = sha256Of(bytes) === file.sha256;
  if (!isWhole) throw new Damaged(whereDamaged(bytes, file));
  const container = openContainer(bytes);
  const { topic, partition, schemas } = container;
  if (topic !== of.topic || partition !== of.partition)
    throw new Damaged(`it is a file of ${topic}-${partition}`);
  return { schemas, [Symbol.iterator]: () => asListed(container.records(), file) };
}

/** What is wrong with records shows when they are taken. */
function readAll(records: Iterable<ArchivedRecord>): void {
  const each = records[Symbol.iterator]();
  while (each.next().done !== true);
}

function whereDamaged(bytes: Buffer, file: ArchiveFile): string {
  if (bytes.length !== file.bytes)
    return `it has ${bytes.length} bytes, not ${file.bytes}: it is cut off, or another file`;
  try {
    readAll(openContainer(bytes).records());
  } catch (error) {
    if (error instanceof Damaged) return error.message;
    throw error;
  }
  return 'its checksum does not match, and its blocks are whole: its head was altered, or it is another file';
}

function* asListed(records: Iterable<ArchivedRecord>, file: ArchiveFile): Iterator<ArchivedRecord> {
  const digest = createHash('sha256');
  let count = 0;
  let last: bigint | null = null;
  for (const record of records) {
    if (last !== null && record.offset <= last)
      throw new Damaged(`offset ${record.offset} stands behind offset ${last}`);
    if (last === null && record.offset !== file.firstOffset)
      throw new Damaged(`it begins at offset ${record.offset}, not at ${file.firstOffset}`);
    digestRecord(digest, record);
    count += 1;
    last = record.offset;
    yield record;
  }
  if (count !== file.records || last !== file.lastOffset)
    throw new Damaged(
      `it has ${count} records up to offset ${last ?? 'none'}, not ${file.records}`,
    );
  if (digest.digest('hex') !== file.digest)
    throw new Damaged('its records do not have the digest that the manifest names');
}
