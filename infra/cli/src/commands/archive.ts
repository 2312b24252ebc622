import type { TopicSpec } from '@plumbline/events';
import { allTopics, topics } from '@plumbline/events';
import type { Command } from 'commander';
import { openArchiveFolder } from '../archive/archive-folder.ts';
import { checkArchive, finishedManifest } from '../archive/check-archive.ts';
import type { ArchiveManifest } from '../archive/manifest.ts';
import { filesOf, writeArchive } from '../archive/write-archive.ts';
import { isKeptForEver } from '../doctor/retention-checks.ts';
import { tableLines } from '../format/table.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ArchiveWriteOptions {
  readonly topic?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

export const topicOption = (name: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  name,
];

/** Written into every manifest. */
export const tool = 'plumbline 0.1.0';

export function addArchiveWrite(parent: Command, run: RunCommand): void {
  parent
    .command('write')
    .description('Write topics into Avro container files, up to where they end now')
    .argument('<folder>', 'a new one, or one whose archive was interrupted')
    .option('--topic <name>', 'only this one; may be repeated', topicOption)
    .option('--all', 'also those that retention shortens: commands, outcomes, the inbox, results')
    .option('--json', 'the topics as JSON')
    .addHelpText(
      'after',
      '\nUnless told otherwise, all topics that are kept for ever.\n' +
        examples(
          ...['archive write /backup/2026-11-23', 'archive write /backup/all --all'],
          `archive write /backup/orders --topic ${topics.ordersEvents.name}`,
        ),
    )
    .action((folder: string, options: ArchiveWriteOptions) =>
      run((session) => writeTopics(session, folder, options)),
    );
}

export function addArchiveCheck(parent: Command, run: RunCommand): void {
  parent
    .command('check')
    .description('Read an archive to its end and say what in it was altered; needs no server')
    .argument('<folder>')
    .option('--json', 'what was found as JSON')
    .addHelpText('after', examples('archive check /backup/2026-11-23'))
    .action((folder: string, options: { readonly json?: boolean }) =>
      run((session) => checkFolder(session, folder, options)),
    );
}

/** State of tasks names positions in the log that it was written in: it is of no use in another. */
const neverArchived: ReadonlySet<TopicSpec['kind']> = new Set(['changelog', 'clock', 'delays']);

/** @throws CliFailure for a topic that is not in the catalogue, or not to be archived */
export function chosenTopics(
  { topic: names, all }: Pick<ArchiveWriteOptions, 'topic' | 'all'>,
  specs: readonly TopicSpec[] = allTopics,
): readonly TopicSpec[] {
  const archived = specs.filter(({ kind }) => !neverArchived.has(kind));
  if (names === undefined) return archived.filter((spec) => all === true || isKeptForEver(spec));
  return [...new Set(names)].map((name) => {
    const spec = archived.find((each) => each.name === name);
    if (spec !== undefined) return spec;
    const known = specs.find((each) => each.name === name);
    throw usageFailure(
      known === undefined
        ? `no topic is called ${name}: see plumbline topics`
        : `${name} is a topic of ${known.kind}, which says nothing in another log: it is not archived`,
    );
  });
}

export async function writeTopics(
  session: Session,
  path: string,
  options: ArchiveWriteOptions,
): Promise<ExitCode> {
  const { out, signal } = session;
  const specs = chosenTopics(options);
  const [log, schemaIds] = [await session.log(), await session.schemaIds()];
  const manifest = await writeArchive({
    ...{ log, schemaIds, specs, selection: null, tool, signal, folder: openArchiveFolder(path) },
    nowMs: () => Date.now(),
    onProgress: (done, total) => out.progress(`archive ${shareText(done, total)}`),
  });
  out.progressDone();
  sayArchive(session, manifest, options);
  return 0;
}

/** What came into it, and what of it is not as one would think. */
export function sayArchive(
  session: Session,
  manifest: ArchiveManifest,
  options: { readonly json?: boolean },
): void {
  const { out } = session;
  sayTopics(session, manifest, options);
  for (const { topic, partitions, keptAsBytes } of manifest.topics) {
    for (const { partition, logStartOffset } of partitions)
      if (logStartOffset > 0n)
        out.note(
          `${topic}-${partition} begins at offset ${logStartOffset}: what stood before it was ` +
            'deleted by retention, and is not in the archive',
        );
    if (keptAsBytes > 0)
      out.note(`${topic}: ${keptAsBytes} values are not what their schema says, and kept as bytes`);
  }
}

export const shareText = (done: bigint | number, total: bigint | number): string =>
  `${Number(total) === 0 ? 100 : Math.floor((Number(done) / Number(total)) * 100)} %`;

function sayTopics(
  { out }: Session,
  { topics }: ArchiveManifest,
  { json }: { readonly json?: boolean },
): void {
  const rows = topics.map(({ topic, partitions, keptAsBytes }) => {
    const files = filesOf({ partitions });
    return {
      ...{ topic, partitions: partitions.length, files: files.length },
      records: files.reduce((sum, { records }) => sum + records, 0),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      keptAsBytes,
    };
  });
  if (json === true) {
    out.json(rows);
    return;
  }
  const cells = rows.map((row) => [
    ...[row.topic, String(row.partitions), String(row.records)],
    ...[String(row.files), String(row.bytes)],
  ]);
  for (const line of tableLines(['topic', 'partitions', 'records', 'files', 'bytes'], cells))
    out.line(line);
}

/** Exit code 1 when a file is not what was written. */
export async function checkFolder(
  { out, signal }: Session,
  path: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const folder = openArchiveFolder(path);
  const manifest = await finishedManifest(folder);
  const problems = await checkArchive({
    ...{ folder, manifest, signal },
    onProgress: (done, total) => out.progress(`checked ${shareText(done, total)}`),
  });
  out.progressDone();
  const files = manifest.topics.flatMap(filesOf);
  const records = files.reduce((sum, file) => sum + file.records, 0);
  if (json === true) out.json({ files: files.length, records, problems });
  else {
    for (const { path: name, problem } of problems) out.line(`DAMAGED  ${name}: ${problem}`);
    const verdict = problems.length === 0 ? 'whole' : `${problems.length} damaged`;
    out.line(`${verdict}: ${files.length} files, ${records} records, of ${manifest.startedAt}`);
  }
  return problems.length === 0 ? 0 : 1;
}
