import { createHash } from 'node:crypto';
import { z } from 'zod';
import { manifestBytesMax } from '../limits.ts';
import { CliFailure } from '../session/failure.ts';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
/** Offsets are exact as text. */
const offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => BigInt(text));

const fileSchema = z.object({
  /** Below the archive's folder, with `/`. */
  path: z.string().regex(/^(?!\.)[A-Za-z0-9._-]+\/\d+-\d{20}\.avro$/),
  bytes: z.int().positive(),
  sha256: hex64,
  /** Of what its records say, whatever registry and offsets they are restored to. */
  digest: hex64,
  records: z.int().positive(),
  firstOffset: offset,
  lastOffset: offset,
  /** Epoch ms. */
  firstMs: z.int(),
  lastMs: z.int(),
});

const partitionSchema = z.object({
  partition: z.int().nonnegative(),
  /** Where the log began, from where it was read, and up to where: the last is not included. */
  logStartOffset: offset,
  fromOffset: offset,
  toOffset: offset,
  files: z.array(fileSchema),
});

const topicSchema = z.object({
  topic: z.string(),
  incarnation: z.string(),
  partitions: z.array(partitionSchema),
  /** Values that are kept as bytes in a topic of Avro. */
  keptAsBytes: z.int().nonnegative(),
});

const contentSchema = z.object({
  format: z.literal('plumbline-archive'),
  version: z.literal(1),
  tool: z.string(),
  /** Null until everything is written. */
  finishedAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime(),
  /** What was chosen, in words; null for whole topics. */
  selection: z.string().nullable(),
  topics: z.array(topicSchema),
  schemas: z.array(
    z.object({ id: z.int(), name: z.string(), fingerprint: hex64, subjects: z.array(z.string()) }),
  ),
});

export type ArchiveFile = z.infer<typeof fileSchema>;
export type ArchivePartition = z.infer<typeof partitionSchema>;
export type ArchiveTopic = z.infer<typeof topicSchema>;
export type ArchiveManifest = z.infer<typeof contentSchema>;

/** Its presence says that the archive is whole: it is written last, under its name at once. */
export const manifestName = 'manifest.json';
/** The same of what is there so far; it goes when the other comes. */
export const unfinishedName = 'unfinished.json';

export function manifestText(manifest: ArchiveManifest): string {
  const content = JSON.stringify(
    manifest,
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    1,
  );
  const sha256 = createHash('sha256').update(content).digest('hex');
  return `{"sha256":"${sha256}","archive":${content}}\n`;
}

const start = /^\{"sha256":"([0-9a-f]{64})","archive":/;

/** @throws CliFailure that names the file, when it is not what was written */
export function readManifest(bytes: Buffer, path: string): ArchiveManifest {
  if (bytes.length > manifestBytesMax) throw damaged(path, 'it is far too large');
  const text = bytes.toString('utf8');
  const sha256 = start.exec(text)?.[1];
  if (sha256 === undefined || !text.endsWith('}\n'))
    throw damaged(path, 'it is cut off, or no manifest of an archive');
  const content = text.slice(text.indexOf('"archive":') + '"archive":'.length, -2);
  if (createHash('sha256').update(content).digest('hex') !== sha256)
    throw damaged(path, 'its checksum does not match: it was altered');
  const parsed = contentSchema.safeParse(JSON.parse(content));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') ?? '';
  throw damaged(path, `${at}: ${issue?.message ?? 'unknown'}; was it made by a newer version?`);
}

const damaged = (path: string, why: string): CliFailure =>
  new CliFailure(`${path}: ${why}. Take another copy of the archive.`);
