import { avroType } from '@plumbline/events';
import type { ArchiveFolder } from './archive-folder.ts';
import { recordsOfFile } from './check-archive.ts';
import type { ArchiveFile, ArchiveManifest } from './manifest.ts';
import { shownData } from './personal-fields.ts';
import type { ArchivedRecord } from './record-bytes.ts';

/** A record of a bundle, read with nothing but the bundle. */
export interface ShownRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: ArchivedRecord;
  /** Name of the record's type without its namespace; null for what is kept as bytes. */
  readonly type: string | null;
  /** Personal fields masked; null for what is kept as bytes. */
  readonly data: object | null;
}

/**
 * Everything that an archive holds, by time; ties by topic, partition and offset. In memory is one
 * file of each partition. @throws Damaged
 */
export async function* recordsByTime(
  folder: ArchiveFolder,
  { topics }: ArchiveManifest,
): AsyncGenerator<ShownRecord, undefined> {
  const heads: { next: ShownRecord; readonly rest: AsyncGenerator<ShownRecord, undefined> }[] = [];
  for (const { topic, partitions } of topics)
    for (const { partition, files } of partitions) {
      const rest = recordsOf(folder, { topic, partition }, files);
      const first = await rest.next();
      if (first.done !== true) heads.push({ next: first.value, rest });
    }
  while (heads.length > 0) {
    const earliest = heads.reduce((one, other) =>
      other.next.record.timestamp < one.next.record.timestamp ? other : one,
    );
    yield earliest.next;
    const following = await earliest.rest.next();
    if (following.done === true) heads.splice(heads.indexOf(earliest), 1);
    else earliest.next = following.value;
  }
}

async function* recordsOf(
  folder: ArchiveFolder,
  at: { readonly topic: string; readonly partition: number },
  files: readonly ArchiveFile[],
): AsyncGenerator<ShownRecord, undefined> {
  for (const file of files)
    for (const record of await recordsOfFile(folder, at, file))
      yield { ...at, record, ...dataOf(record) };
}

function dataOf({ value }: ArchivedRecord): Pick<ShownRecord, 'type' | 'data'> {
  if (value.kind !== 'record') return { type: null, data: null };
  const { name, schema } = value.schema;
  const data = shownData(avroType(schema).fromBuffer(value.body), schema) as object;
  const type = name.slice(name.lastIndexOf('.') + 1);
  return { type, data };
}
