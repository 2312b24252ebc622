import { allTopics } from '@plumbline/events';
import { routingKey, slotOf, slotOfPayNo } from '@plumbline/kernel';
import { reasonCharactersMax } from '@plumbline/vault';
import type { Command } from 'commander';
import { openArchiveFolder } from '../archive/archive-folder.ts';
import { finishedManifest } from '../archive/check-archive.ts';
import type { ArchiveManifest } from '../archive/manifest.ts';
import type { RestoreTarget } from '../archive/restore-target.ts';
import type { Choice, Selection } from '../archive/selection.ts';
import { selectKeys, selectRange, selectTenant, withPersonal } from '../archive/selection.ts';
import type { ShownRecord } from '../archive/show-bundle.ts';
import { recordsByTime } from '../archive/show-bundle.ts';
import { writeArchive } from '../archive/write-archive.ts';
import { summaryOf } from '../format/summary.ts';
import { timeOption } from '../format/time-option.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { timelineOf } from '../timeline/read-timeline.ts';
import { chosenTopics, sayArchive, shareText, tool } from './archive.ts';
import { restoreFrom } from './archive-restore.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface BundleExportOptions {
  readonly order?: string;
  readonly merchant?: string;
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly withPersonal?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

export function addBundleExport(parent: Command, run: RunCommand): void {
  parent
    .command('export')
    .description('Write what was said about an order, a merchant or a time into a folder')
    .argument('<folder>', 'a new one, or one whose export was interrupted')
    .option('--order <orderNo>', 'one order and its payments')
    .option('--tenant <tenant>', 'whose order it is (default: PLUMBLINE_TENANT)')
    .option('--merchant <tenant>', 'everything of a merchant, which is a tenant')
    .option('--from <time>', 'what was appended since then: 2h, or 2026-01-31T12:00:00Z')
    .option('--to <time>', 'and before then')
    .option('--with-personal', 'leave personal fields as they stand in the log; needs a reason')
    .option('--reason <text>', 'why; it stays in the bundle')
    .option('--json', 'the topics as JSON')
    .addHelpText(
      'after',
      examples(
        ...[
          'bundle export /tmp/h1001 --order H1001',
          'bundle export /tmp/demo --merchant demo_app',
        ],
        'bundle export /tmp/noon --from 2026-01-31T12:00:00Z --to 2026-01-31T13:00:00Z',
      ),
    )
    .action((folder: string, options: BundleExportOptions) =>
      run((session) => exportBundle(session, folder, options)),
    );
}

export async function exportBundle(
  session: Session,
  path: string,
  options: BundleExportOptions,
): Promise<ExitCode> {
  const { out, signal } = session;
  const reason = reasonOf(options);
  const selection: Selection = withPersonal(await choiceOf(session, options), reason);
  const [log, schemaIds] = [await session.log(), await session.schemaIds()];
  const manifest = await writeArchive({
    ...{ log, schemaIds, selection, tool, signal, folder: openArchiveFolder(path) },
    specs: chosenTopics({ all: true }),
    nowMs: () => Date.now(),
    onProgress: (done, total) => out.progress(`export ${shareText(done, total)}`),
  });
  out.progressDone();
  sayArchive(session, withFiles(manifest), options);
  return 0;
}

/** Null where personal fields are masked. */
function reasonOf({ withPersonal: isWanted, reason }: BundleExportOptions): string | null {
  const text = reason?.trim() ?? '';
  if (isWanted === true && text === '')
    throw usageFailure('--with-personal needs --reason: why somebody has to see it');
  if (isWanted !== true && text !== '') throw usageFailure('--reason goes with --with-personal');
  if (text.length > reasonCharactersMax)
    throw usageFailure(`--reason has ${reasonCharactersMax} characters at most`);
  return isWanted === true ? text : null;
}

async function choiceOf(session: Session, options: BundleExportOptions): Promise<Choice> {
  const { order, merchant, tenant = session.config.PLUMBLINE_TENANT } = options;
  const from = timeOption(options.from, '--from');
  const to = timeOption(options.to, '--to');
  const isRange = from !== undefined || to !== undefined;
  const asked = [order !== undefined, merchant !== undefined, isRange].filter(Boolean);
  if (asked.length !== 1)
    throw usageFailure('name one of --order, --merchant, or a time with --from and --to');
  if (order !== undefined) return ofOrder(session, routingKey(tenant, order));
  if (merchant !== undefined) return selectTenant(merchant);
  const ms = (text: string | undefined): number | null =>
    text === undefined ? null : Date.parse(text);
  if (from !== undefined && to !== undefined && from >= to)
    throw usageFailure(`--from ${from} is not before --to ${to}`);
  return selectRange(await session.log(), { fromMs: ms(from), toMs: ms(to) });
}

async function ofOrder(session: Session, key: string): Promise<Choice> {
  const entries = await timelineOf(session, key);
  const own = entries.flatMap((entry) => ('key' in entry ? [entry.key] : []));
  const payNos = own.filter((each) => each !== key && slotOfPayNo(each) === slotOf(key));
  if (!own.includes(key)) throw usageFailure(`the log says nothing about order ${key}`);
  return selectKeys(`order ${key}`, new Set([key, ...payNos]));
}

/** A bundle names every topic, and holds something of a few. */
const withFiles = (manifest: ArchiveManifest): ArchiveManifest => ({
  ...manifest,
  topics: manifest.topics.filter(({ partitions }) =>
    partitions.some(({ files }) => files.length > 0),
  ),
});

export function addBundleShow(parent: Command, run: RunCommand): void {
  parent
    .command('show')
    .description('Show what a bundle or an archive holds, by time; needs no server')
    .argument('<folder>')
    .option('--json', 'a JSON document a record')
    .addHelpText('after', examples('bundle show /tmp/h1001', 'bundle show /tmp/h1001 --json'))
    .action((folder: string, options: { readonly json?: boolean }) =>
      run((session) => showBundle(session, folder, options)),
    );
}

export async function showBundle(
  { out, signal }: Session,
  path: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const folder = openArchiveFolder(path);
  const manifest = await finishedManifest(folder);
  out.note(`${manifest.selection ?? 'whole topics'}, written ${manifest.startedAt}`);
  for await (const shown of recordsByTime(folder, manifest)) {
    signal.throwIfAborted();
    if (json === true) out.json(jsonOf(shown));
    else out.line(lineOf(shown));
  }
  return 0;
}

const header = ({ record }: ShownRecord, name: string): string | null => {
  const value = record.headers.find((each) => each.name === name)?.value ?? null;
  return typeof value === 'string' ? value : null;
};

function lineOf(shown: ShownRecord): string {
  const { topic, partition, record, type, data } = shown;
  const place = `${new Date(record.timestamp).toISOString()}  ${topic}-${partition} ${record.offset}`;
  if (type === null || data === null) return `${place}\n    cannot be read: kept as bytes`;
  const version = header(shown, 'ce_aggregateversion');
  const actor = header(shown, 'ce_actor') ?? 'nobody';
  const named = `${type}${version === null ? '' : ` v${version}`}  by ${actor}`;
  return `${place}\n    ${named}\n    ${summaryOf(data)}`;
}

const jsonOf = ({ topic, partition, record, type, data }: ShownRecord) => ({
  ...{ topic, partition, offset: record.offset },
  time: new Date(record.timestamp).toISOString(),
  ...{ key: record.key, headers: record.headers, type, data },
});

export function addBundleImport(parent: Command, run: RunCommand): void {
  parent
    .command('import')
    .description('Put a bundle into an empty stack, to be looked at there')
    .argument('<folder>')
    .option('--json', 'what was restored as JSON')
    .addHelpText(
      'after',
      '\nThe stack has its topics and nothing in them, and the platform is not running.\n' +
        examples('bundle import /tmp/h1001'),
    )
    .action((folder: string, options: { readonly json?: boolean }) =>
      run((session) => importBundle(session, folder, options)),
    );
}

export async function importBundle(
  session: Session,
  path: string,
  options: { readonly json?: boolean },
  openTarget?: () => Promise<RestoreTarget>,
): Promise<ExitCode> {
  const manifest = withFiles(await finishedManifest(openArchiveFolder(path)));
  const states = await (await session.admin()).topics(allTopics.map(({ name }) => name));
  const filled = states.find(
    ({ settings, partitions }) =>
      settings['message.timestamp.type'] !== 'CreateTime' &&
      partitions.some(({ endOffset }) => endOffset > 0n),
  );
  if (filled !== undefined)
    throw usageFailure(
      `${filled.name} holds something: a bundle goes into a stack that is empty. A new one: ` +
        'npm run stack -- reset, then npm run stack -- up',
    );
  return restoreFrom(session, { path, manifest, ...(openTarget ? { openTarget } : {}) }, options);
}
