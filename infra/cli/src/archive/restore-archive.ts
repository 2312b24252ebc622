import type { SchemaIds, TopicSpec } from '@plumbline/events';
import { frameBytes } from '@plumbline/events';
import type { LogRecord, ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { isKeptForEver } from '../doctor/retention-checks.ts';
import { restoreBatchBytes, restoreBatchRecords } from '../limits.ts';
import { scan } from '../read/scan.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import type { ArchivedSchema } from './archived-schema.ts';
import { recordsOfFile } from './check-archive.ts';
import type { ArchiveFile, ArchiveManifest, ArchiveTopic } from './manifest.ts';
import type { ArchivedRecord } from './record-bytes.ts';
import { headOf } from './record-bytes.ts';
import type { RestoredRecord, RestoreTarget } from './restore-target.ts';
import { filesOf } from './write-archive.ts';

export interface RestoreOptions {
  readonly log: ReadOnlyLog;
  readonly schemaIds: SchemaIds;
  readonly target: RestoreTarget;
  readonly folder: ArchiveFolder;
  readonly manifest: ArchiveManifest;
  readonly specs: readonly TopicSpec[];
  readonly signal: AbortSignal;
  /** Records written or compared of those there are. */
  onProgress(what: 'writing' | 'comparing', done: number, total: number): void;
}

export interface RestoredTopic {
  readonly topic: string;
  readonly records: number;
  /** Of the archive, and the new one. */
  readonly was: string;
  readonly incarnation: string;
}

const timestampType = 'message.timestamp.type';
const createTime = 'CreateTime';

/**
 * Writes topics anew from an archive: keys, partitions, order, times, headers and values as they
 * were; offsets only where nothing else used any up. A topic keeps the times that it is given while
 * it is set to CreateTime, which also says that it is not finished; once all of it was read back and
 * compared it gets the settings of the catalogue. Run again, it goes on with what is there.
 *
 * In memory is one file. Errors: CliFailure; Damaged, kafkajs's.
 */
export async function restoreArchive(options: RestoreOptions): Promise<readonly RestoredTopic[]> {
  const { manifest, target, log } = options;
  const plans = await Promise.all(
    manifest.topics.map(async (topic) => ({
      topic,
      spec: await requireRestorable(options, topic),
    })),
  );
  const ids = await registerSchemas(options);
  const progress = progressOf(options);
  for (const { topic, spec } of plans) await makeReady(target, topic, spec);
  for (const { topic } of plans)
    for (const { partition, files } of topic.partitions)
      await writePartition(options, {
        ...{ at: { topic: topic.topic, partition }, files, ids },
        onRecords: (count) => progress.add('writing', count),
      });
  for (const { topic } of plans) await compareTopic(options, { topic, ids }, progress);
  // Only now: until here the topics themselves say that they are not to be used.
  for (const { topic, spec } of plans) await target.configure(topic.topic, spec.config);
  const described = await log.describeTopics(plans.map(({ topic }) => topic.topic));
  return plans.map(({ topic }) => ({
    topic: topic.topic,
    records: filesOf(topic).reduce((sum, { records }) => sum + records, 0),
    was: topic.incarnation,
    incarnation: described.find((each) => each.topic === topic.topic)?.incarnation ?? '',
  }));
}

function progressOf(options: RestoreOptions) {
  const total = options.manifest.topics
    .flatMap(filesOf)
    .reduce((sum, { records }) => sum + records, 0);
  const done = { writing: 0, comparing: 0 };
  return {
    add: (what: 'writing' | 'comparing', count: number): void => {
      done[what] += count;
      options.onProgress(what, done[what], total);
    },
  };
}

type Progress = ReturnType<typeof progressOf>;

async function requireRestorable(
  { target, specs, manifest }: RestoreOptions,
  { topic, partitions }: ArchiveTopic,
): Promise<TopicSpec> {
  const spec = specs.find(({ name }) => name === topic);
  if (spec === undefined)
    throw usageFailure(
      `${topic} is not in the catalogue of this version: leave it out with --topic`,
    );
  const cut = partitions.find(({ logStartOffset }) => logStartOffset > 0n);
  if (cut !== undefined && isKeptForEver(spec) && manifest.selection === null)
    throw new CliFailure(
      `the archive of ${topic} begins at offset ${cut.logStartOffset} of partition ` +
        `${cut.partition}: what stood before it was deleted before the archive was made`,
    );
  const there = await target.topic(topic);
  if (there === null) return spec;
  if (there.partitions.length !== partitions.length)
    throw usageFailure(
      `${topic} has ${there.partitions.length} partitions here and ${partitions.length} in the ` +
        'archive. Records never change partitions: delete the topic, and set PLUMBLINE_PARTITIONS',
    );
  const isUnfinished = there.settings[timestampType] === createTime;
  const isEmpty = there.partitions.every(({ end }) => end === 0n);
  if (isUnfinished || isEmpty) return spec;
  throw usageFailure(
    `${topic} is not empty here, or was not always: a restore only fills what is new. Stop the ` +
      'platform and delete the topic, or restore into another cluster',
  );
}

async function makeReady(
  target: RestoreTarget,
  { topic, partitions }: ArchiveTopic,
  spec: TopicSpec,
): Promise<void> {
  // Old times would have retention delete what was just written.
  const settings = {
    ...spec.config,
    ...{ [timestampType]: createTime, 'retention.ms': '-1', 'retention.bytes': '-1' },
  };
  if ((await target.topic(topic)) !== null) await target.configure(topic, settings);
  else await target.create({ name: topic, partitions: partitions.length, config: settings });
}

/** Ids here of the schemas of the archive: by the id there. */
async function registerSchemas({
  schemaIds,
  folder,
  manifest,
}: RestoreOptions): Promise<ReadonlyMap<number, number>> {
  const texts = new Map<number, string>();
  for (const topic of manifest.topics)
    for (const { partition, files } of topic.partitions)
      for (const file of files) {
        const { schemas } = await recordsOfFile(folder, { topic: topic.topic, partition }, file);
        for (const { id, schema } of schemas) texts.set(id, schema);
      }
  const ids = new Map<number, number>();
  // In the order in which they came: each is checked against those before it.
  for (const { id, subjects } of [...manifest.schemas].sort((one, other) => one.id - other.id)) {
    const text = texts.get(id);
    if (text === undefined) continue;
    for (const subject of subjects) ids.set(id, await schemaIds.idOf(subject, text));
  }
  return ids;
}

interface PartitionFiles {
  readonly at: TopicPartition;
  readonly files: readonly ArchiveFile[];
  readonly ids: ReadonlyMap<number, number>;
  onRecords(count: number): void;
}

async function writePartition(options: RestoreOptions, of: PartitionFiles): Promise<void> {
  const { folder, target, signal } = options;
  const { at, files, ids } = of;
  const there = (await target.topic(at.topic))?.partitions[at.partition]?.end ?? 0n;
  // Nothing but a restore writes there, and it writes no markers: offsets count records.
  let left = Number(there);
  for (const file of files) {
    if (left >= file.records) {
      left -= file.records;
      of.onRecords(file.records);
      continue;
    }
    let batch: RestoredRecord[] = [];
    let bytes = 0;
    const send = async (): Promise<void> => {
      signal.throwIfAborted();
      if (batch.length > 0) await target.append(at, batch);
      of.onRecords(batch.length);
      [batch, bytes] = [[], 0];
    };
    for (const record of await recordsOfFile(folder, at, file)) {
      if (left > 0) {
        left -= 1;
        of.onRecords(1);
        continue;
      }
      const restored = restoredRecord(record, ids);
      const weight = weightOf(restored);
      if (batch.length >= restoreBatchRecords || bytes + weight > restoreBatchBytes) await send();
      batch.push(restored);
      bytes += weight;
    }
    await send();
  }
}

const bytesOf = (value: string | Buffer): Buffer =>
  typeof value === 'string' ? Buffer.from(value) : value;

const weightOf = ({ key, value, headers }: RestoredRecord): number =>
  headers.reduce(
    (sum, header) => sum + header.name.length + header.value.length,
    (key?.length ?? 0) + (value?.length ?? 0),
  );

function restoredRecord(
  { timestamp, key, headers, value }: ArchivedRecord,
  ids: ReadonlyMap<number, number>,
): RestoredRecord {
  return {
    timestampMs: timestamp,
    key: key === null ? null : bytesOf(key),
    value:
      value.kind === 'record'
        ? framed(value.schema, value.body, ids)
        : value.kind === 'bytes'
          ? value.bytes
          : null,
    headers: headers.map((header) => ({ name: header.name, value: bytesOf(header.value) })),
  };
}

function framed(schema: ArchivedSchema, body: Buffer, ids: ReadonlyMap<number, number>): Buffer {
  const id = ids.get(schema.id);
  if (id === undefined)
    throw new CliFailure(`the manifest does not name schema ${schema.id}, ${schema.name}`);
  const frame = Buffer.alloc(frameBytes);
  frame.writeUInt32BE(id, 1);
  return Buffer.concat([frame, body]);
}

/** Reads what was written and compares it with the archive, record by record. */
async function compareTopic(
  options: RestoreOptions,
  of: { readonly topic: ArchiveTopic; readonly ids: ReadonlyMap<number, number> },
  progress: Progress,
): Promise<void> {
  const { log, signal } = options;
  for (const { partition, files } of of.topic.partitions) {
    const at = { topic: of.topic.topic, partition };
    const archived = recordsOfFiles(options, at, files);
    let compared = 0;
    await scan({
      ...{ log, signal, of: [at] },
      take: async (record) => {
        const expected = await archived.next();
        if (expected.done === true)
          throw different(at, record.offset, 'the archive ends before it');
        if (!isEqual(record, restoredRecord(expected.value, of.ids)))
          throw different(at, record.offset, `it is not what stood at ${expected.value.offset}`);
        compared += 1;
        if (compared % restoreBatchRecords === 0) progress.add('comparing', restoreBatchRecords);
      },
    });
    if ((await archived.next()).done !== true)
      throw different(at, null, 'it ends before the archive does');
    progress.add('comparing', compared % restoreBatchRecords);
  }
}

async function* recordsOfFiles(
  { folder }: RestoreOptions,
  at: TopicPartition,
  files: readonly ArchiveFile[],
): AsyncGenerator<ArchivedRecord, undefined> {
  for (const file of files) yield* await recordsOfFile(folder, at, file);
}

function isEqual(record: LogRecord, expected: RestoredRecord): boolean {
  const { headers } = headOf(record);
  return (
    record.timestampMs === expected.timestampMs &&
    isSame(record.key, expected.key) &&
    isSame(record.value, expected.value) &&
    headers.length === expected.headers.length &&
    expected.headers.every(({ name, value }, index) => {
      const header = headers[index];
      return header?.name === name && bytesOf(header.value).equals(value);
    })
  );
}

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

const different = (at: TopicPartition, offset: bigint | null, what: string): CliFailure =>
  new CliFailure(
    `${at.topic}-${at.partition}${offset === null ? '' : ` at offset ${offset}`}: ${what}. The topic ` +
      'stays marked as unfinished (CreateTime): delete it and run the restore again',
  );
