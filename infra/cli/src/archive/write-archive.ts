import { createHash } from 'node:crypto';
import type { SchemaIds, TopicSpec } from '@plumbline/events';
import type { LogRecord, ReadOnlyLog } from '@plumbline/kafka';
import { archiveFileBytesMax } from '../limits.ts';
import { scan } from '../read/scan.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import type { ContainerBuilder } from './container.ts';
import { createContainer } from './container.ts';
import type { ArchiveFile, ArchiveManifest, ArchivePartition } from './manifest.ts';
import { headOf } from './record-bytes.ts';
import type { SchemaBook } from './schema-book.ts';
import { createSchemaBook } from './schema-book.ts';
import type { Selection } from './selection.ts';

export interface WriteArchiveOptions {
  readonly log: ReadOnlyLog;
  readonly schemaIds: SchemaIds;
  readonly folder: ArchiveFolder;
  readonly specs: readonly TopicSpec[];
  /** Null for whole topics. */
  readonly selection: Selection | null;
  /** Name and version. */
  readonly tool: string;
  readonly signal: AbortSignal;
  /** Of one container, before it is deflated. */
  readonly fileBytesMax?: number;
  nowMs(): number;
  /** Offsets written of those there are. */
  onProgress(done: bigint, total: bigint): void;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] extends (infer E)[] ? Draft<E>[] : T[K] };

/**
 * Writes topics into a folder, up to where they end when it begins: a container for each stretch of
 * a partition, and last the manifest. What an interrupted one has left is taken up.
 *
 * In memory are one container and one fetch. Errors: CliFailure; `Unavailable`, `UnknownTopic`,
 * `SchemasUnavailable`.
 */
export async function writeArchive(options: WriteArchiveOptions): Promise<ArchiveManifest> {
  const { folder, signal } = options;
  const manifest = await begin(options);
  const book = createSchemaBook(options.schemaIds);
  const all = manifest.topics.flatMap(({ partitions }) => partitions);
  const total = all.reduce((sum, { fromOffset, toOffset }) => sum + toOffset - fromOffset, 0n);
  let done = 0n;
  for (const topic of manifest.topics) {
    const isAvro = options.specs.some(
      ({ name, records }) => name === topic.topic && records.length > 0,
    );
    for (const partition of topic.partitions) {
      signal.throwIfAborted();
      const before = done;
      await writePartition({
        ...{ options, manifest, topic, partition, book: isAvro ? book : null },
        onProgress: (offset) => {
          done = before + offset - partition.fromOffset;
          options.onProgress(done, total);
        },
      });
      done = before + partition.toOffset - partition.fromOffset;
    }
  }
  manifest.finishedAt = new Date(options.nowMs()).toISOString();
  await folder.finish(manifest);
  return manifest;
}

type Drafted = Draft<ArchiveManifest>;

async function begin(options: WriteArchiveOptions): Promise<Drafted> {
  const { folder, log, specs } = options;
  if ((await folder.manifest()) !== null)
    throw usageFailure(`${folder.path} holds an archive already: name another folder`);
  const unfinished = await folder.unfinished();
  if (unfinished === null && !(await folder.isEmpty()))
    throw usageFailure(`${folder.path} is not empty, and holds no archive: name another folder`);
  const described = await log.describeTopics(specs.map(({ name }) => name));
  if (unfinished !== null) {
    requireSame(folder, unfinished, { described, selection: options.selection });
    await requireWhole(folder, unfinished);
    return structuredClone(unfinished);
  }
  const topics = await Promise.all(
    described.map(async ({ topic, incarnation, partitions: count }) => ({
      ...{ topic, incarnation, keptAsBytes: 0 },
      partitions: await Promise.all(
        Array.from({ length: count }, async (_, partition) => {
          const ends = await log.ends({ topic, partition });
          const { logStartOffset, lastStableOffset } = ends;
          const all = { from: logStartOffset, to: lastStableOffset };
          const span = await options.selection?.spanOf({ topic, partition, of: count }, all);
          const { from: fromOffset, to: toOffset } = span ?? all;
          const files: ArchiveFile[] = [];
          return { partition, logStartOffset, fromOffset, toOffset, files };
        }),
      ),
    })),
  );
  const startedAt = new Date(options.nowMs()).toISOString();
  const manifest: Drafted = {
    ...{ format: 'plumbline-archive', version: 1, tool: options.tool, startedAt },
    ...{ finishedAt: null, topics, schemas: [], selection: options.selection?.what ?? null },
  };
  await folder.keep(manifest);
  return manifest;
}

function requireSame(
  folder: ArchiveFolder,
  unfinished: ArchiveManifest,
  now: {
    readonly described: readonly { readonly topic: string; readonly incarnation: string }[];
    readonly selection: Selection | null;
  },
): void {
  const { described, selection } = now;
  const named = (topics: typeof described): string =>
    topics
      .map(({ topic, incarnation }) => `${topic} ${incarnation}`)
      .sort()
      .join('\n');
  const isSame = named(unfinished.topics) === named(described);
  if (isSame && unfinished.selection === (selection?.what ?? null)) return;
  throw usageFailure(
    `${folder.path} holds an unfinished archive of something else, or of a time before its topics ` +
      'were made anew: ask for the same, or name another folder',
  );
}

async function requireWhole(folder: ArchiveFolder, { topics }: ArchiveManifest): Promise<void> {
  for (const { path, sha256 } of topics.flatMap(filesOf)) {
    const bytes = await folder.read(path);
    if (bytes === null || sha256Of(bytes) !== sha256)
      throw new CliFailure(
        `${folder.path}/${path} is not what was written: remove the folder and begin again`,
      );
  }
}

export const filesOf = (topic: {
  readonly partitions: readonly ArchivePartition[];
}): readonly ArchiveFile[] => topic.partitions.flatMap(({ files }) => files);

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface PartitionWork {
  readonly options: WriteArchiveOptions;
  readonly manifest: Drafted;
  readonly topic: Drafted['topics'][number];
  readonly partition: Drafted['topics'][number]['partitions'][number];
  /** Null where no value is Avro. */
  readonly book: SchemaBook | null;
  onProgress(offset: bigint): void;
}

interface OpenContainer {
  readonly builder: ContainerBuilder;
  readonly first: Pick<LogRecord, 'offset' | 'timestampMs'>;
  last: Pick<LogRecord, 'offset' | 'timestampMs'>;
}

async function writePartition(work: PartitionWork): Promise<void> {
  const { options, topic, partition, book } = work;
  const { log, signal, selection, fileBytesMax = archiveFileBytesMax } = options;
  const at = { topic: topic.topic, partition: partition.partition };
  const last = partition.files.at(-1);
  const from = last === undefined ? partition.fromOffset : last.lastOffset + 1n;
  const to = partition.toOffset;
  if (from >= to) return;
  const { logStartOffset } = await log.ends(at);
  if (logStartOffset > from)
    throw new CliFailure(
      `${at.topic}-${at.partition} begins at offset ${logStartOffset} now: retention has deleted ` +
        `what stood from ${from} on since the archive began. Begin again in another folder.`,
    );
  const open: OpenContainer[] = [];
  await scan({
    ...{ log, signal, of: [{ ...at, offset: from, to }] },
    take: async (record) => {
      signal.throwIfAborted();
      if (selection?.wants(record) === false) return;
      const value = book === null ? null : book.valueOf(at.topic, record.value);
      const whole = value instanceof Promise ? await value : (value ?? asBytes(record.value));
      const archived = selection === null ? whole : selection.keeps(whole);
      if (archived.kind === 'bytes' && book !== null) topic.keptAsBytes += 1;
      const place = placeOf(record);
      const container = open.pop() ?? { builder: createContainer(at), first: place, last: place };
      container.last = place;
      container.builder.add({ ...headOf(record), value: archived });
      if (container.builder.bytes < fileBytesMax) {
        open.push(container);
        return;
      }
      await put(work, container);
      work.onProgress(record.offset + 1n);
    },
  });
  for (const container of open) await put(work, container);
  work.onProgress(to);
}

const asBytes = (value: Buffer | null) =>
  value === null ? ({ kind: 'none' } as const) : ({ kind: 'bytes', bytes: value } as const);

const placeOf = ({ offset, timestampMs }: LogRecord) => ({ offset, timestampMs });

/** The file first, then the list that names it: what is named is there. */
async function put(work: PartitionWork, { builder, first, last }: OpenContainer): Promise<void> {
  const { options, manifest, topic, partition, book } = work;
  const { file, digest } = builder.finish();
  const number = first.offset.toString().padStart(20, '0');
  const path = `${topic.topic}/${partition.partition}-${number}.avro`;
  await options.folder.write(path, file);
  partition.files.push({
    ...{ path, bytes: file.length, sha256: sha256Of(file), digest, records: builder.records },
    ...{ firstOffset: first.offset, lastOffset: last.offset },
    ...{ firstMs: first.timestampMs, lastMs: last.timestampMs },
  });
  takeSchemas(manifest, book);
  await options.folder.keep(manifest);
}

/** Those of an earlier run stay, and get the subjects that this one finds. */
function takeSchemas(manifest: Drafted, book: SchemaBook | null): void {
  for (const { schema, subjects } of book?.used() ?? []) {
    const { id, name, fingerprint } = schema;
    const known = manifest.schemas.find((each) => each.id === id);
    if (known === undefined) {
      manifest.schemas.push({ id, name, fingerprint, subjects: [...subjects] });
    } else known.subjects = [...new Set([...known.subjects, ...subjects])];
  }
}
