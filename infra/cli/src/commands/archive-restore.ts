import { allTopics } from '@plumbline/events';
import type { Command } from 'commander';
import { openArchiveFolder } from '../archive/archive-folder.ts';
import { finishedManifest } from '../archive/check-archive.ts';
import { Damaged } from '../archive/container.ts';
import type { ArchiveManifest } from '../archive/manifest.ts';
import { restoreArchive } from '../archive/restore-archive.ts';
import type { RestoreTarget } from '../archive/restore-target.ts';
import { openKafkaTarget } from '../archive/restore-target.ts';
import { tableLines } from '../format/table.ts';
import { kafkaAccess } from '../session/access.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { shareText, topicOption } from './archive.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ArchiveRestoreOptions {
  readonly topic?: readonly string[];
  readonly json?: boolean;
}

export function addArchiveRestore(parent: Command, run: RunCommand): void {
  parent
    .command('restore')
    .description('Write topics anew from an archive, where they are missing or empty')
    .argument('<folder>')
    .option('--topic <name>', 'only this one; may be repeated', topicOption)
    .option('--json', 'what was restored as JSON')
    .addHelpText(
      'after',
      '\nThe platform must not be running. A topic that was restored is another log: offsets of ' +
        'the\none before mean nothing in it, and who remembers them refuses to go on.\n' +
        examples('archive restore /backup/2026-11-23'),
    )
    .action((folder: string, options: ArchiveRestoreOptions) =>
      run((session) => restoreTopics(session, folder, options)),
    );
}

export async function restoreTopics(
  session: Session,
  path: string,
  options: ArchiveRestoreOptions,
): Promise<ExitCode> {
  const whole = await finishedManifest(openArchiveFolder(path));
  if (whole.selection !== null)
    throw usageFailure(
      `${path} is a bundle (${whole.selection}), and not whole topics: see bundle import`,
    );
  return restoreFrom(session, { path, manifest: onlyTopics(whole, options.topic) }, options);
}

export async function restoreFrom(
  session: Session,
  of: {
    readonly path: string;
    readonly manifest: ArchiveManifest;
    openTarget?(): Promise<RestoreTarget>;
  },
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { out, signal } = session;
  const { path, manifest } = of;
  const folder = openArchiveFolder(path);
  const [log, schemaIds] = [await session.log(), await session.schemaIds()];
  const target = await (of.openTarget?.() ?? openKafkaTarget(kafkaAccess(session.config)));
  try {
    const restored = await restoreArchive({
      ...{ log, schemaIds, target, folder, manifest, signal, specs: allTopics },
      onProgress: (what, done, total) => out.progress(`${what} ${shareText(done, total)}`),
    });
    out.progressDone();
    if (options.json === true) out.json(restored);
    else
      for (const line of tableLines(
        ['topic', 'records', 'incarnation', 'was'],
        restored.map((each) => [each.topic, String(each.records), each.incarnation, each.was]),
      ))
        out.line(line);
    return 0;
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new CliFailure(`${path} is damaged, see archive check: ${error.message}`);
  } finally {
    await target.close();
  }
}

export function onlyTopics(
  manifest: ArchiveManifest,
  names: readonly string[] | undefined,
): ArchiveManifest {
  if (names === undefined) return manifest;
  const missing = names.find((name) => !manifest.topics.some(({ topic }) => topic === name));
  if (missing !== undefined) throw usageFailure(`${missing} is not in the archive`);
  return { ...manifest, topics: manifest.topics.filter(({ topic }) => names.includes(topic)) };
}
