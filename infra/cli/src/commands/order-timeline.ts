import { routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { summaryOf } from '../format/summary.ts';
import { tenantOption } from '../format/tenant-option.ts';
import type { DecodedRecord } from '../read/decode.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { kindOf } from '../timeline/kinds.ts';
import { timelinePage } from '../timeline/page.ts';
import type { TimelineEntry, UnreadableRecord } from '../timeline/read-timeline.ts';
import { isRead, timelineOf } from '../timeline/read-timeline.ts';
import { writeWhole } from '../timeline/write-whole.ts';
import type { RevealOptions } from '../travel/reveal.ts';
import { checkReveal, withReveal, wordsFor } from '../travel/reveal.ts';
import type { Words } from '../travel/words.ts';
import { inWords } from '../travel/words.ts';
import { isoOf, momentOption } from '../what-if/asked.ts';
import { recordJson } from './alert-line.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface TimelineOptions extends RevealOptions {
  readonly tenant?: string;
  readonly at?: string;
  /** A file to write. */
  readonly html?: string;
  readonly json?: boolean;
}

export function addOrderTimeline(order: Command, run: RunCommand): void {
  const command = order
    .command('timeline')
    .description("Show everything that was said about an order, straight from the log's bytes")
    .argument('<orderNo>', 'number of the order')
    .option('--tenant <tenant>', 'whose order it is (default: PLUMBLINE_TENANT)')
    .option('--at <moment>', 'as it stood: a time, how long ago, or topic-partition@offset')
    .addOption(new Option('--html <file>', 'a page for any browser, in one file').conflicts('json'))
    .option('--json', 'a JSON list with envelopes and all data');
  withReveal(command)
    .addHelpText(
      'after',
      examples(
        'order timeline H1001',
        'order timeline H1001 --at 2026-01-31T12:00:00Z --json',
        'order timeline H1001 --html H1001.html',
        'order timeline H1001 --reveal --reason "ticket 812"',
      ),
    )
    .action((orderNo: string, options: TimelineOptions) =>
      run((session) => showTimeline(session, orderNo, options)),
    );
}

/** Exit code 1 when the log says nothing about the order; then no page is written either. */
export async function showTimeline(
  session: Session,
  orderNo: string,
  options: TimelineOptions,
): Promise<ExitCode> {
  const { out } = session;
  const tenant = tenantOption(session, options.tenant);
  if (orderNo === '') throw usageFailure('an order number is not empty');
  checkReveal(options);
  if (options.html === '') throw usageFailure('--html is the name of a file');
  const untilMs = await momentOption(await session.log(), options.at, '--at');
  const readAtMs = Date.now();
  const entries = await timelineOf(session, routingKey(tenant, orderNo), untilMs ?? undefined);
  const said = entries.map((entry) => (isRead(entry) ? entry.payload.data : null));
  const what = `order timeline ${tenant}/${orderNo}`;
  const words = await wordsFor(session, said, { ...options, what });
  if (options.json === true) out.json(entries.map((entry) => entryJson(entry, words)));
  if (entries.length === 0) {
    const then = untilMs === null ? '' : ` at ${isoOf(untilMs)}`;
    out.note(`the log says nothing about order ${orderNo} of tenant ${tenant}${then}`);
    return 1;
  }
  if (options.html !== undefined) {
    const until = isoOf(untilMs ?? readAtMs);
    const page = timelinePage({ orderNo, tenant, until, entries, words });
    await writeWhole(options.html, page);
    out.note(`${options.html}: ${entries.length} records`);
  } else if (options.json !== true) {
    for (const entry of entries)
      out.line(isRead(entry) ? entryLine(entry, words) : brokenLine(entry));
  }
  return 0;
}

const entryJson = (entry: TimelineEntry, words: Words) => {
  if (!isRead(entry)) return { kind: kindOf(entry), ...entry };
  return {
    kind: kindOf(entry),
    ...recordJson(entry),
    data: inWords(entry.payload.data, words),
  };
};

const place = (entry: TimelineEntry): string =>
  `${new Date(entry.timeMs).toISOString()}  ${entry.topic}-${entry.partition} ${entry.offset.toString()}`;

function entryLine(entry: DecodedRecord, words: Words): string {
  const { envelope, payload } = entry;
  const version =
    envelope.aggregateVersion === null ? '' : ` v${envelope.aggregateVersion.toString()}`;
  const cause = envelope.causationId === null ? '' : `  cause ${envelope.causationId}`;
  // An object stays one.
  const said = summaryOf(inWords(payload.data, words) as object);
  const what = `${payload.type}${version}  by ${envelope.actor}${cause}`;
  return `${place(entry)}\n    ${what}\n    ${said}`;
}

const brokenLine = (entry: UnreadableRecord): string =>
  `${place(entry)}\n    cannot be read: ${entry.problem}`;
