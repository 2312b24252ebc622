import { createHash } from 'node:crypto';
import { printable, summaryOf } from '../format/summary.ts';
import { placeText } from '../read/place.ts';
import { jsonText } from '../session/output.ts';
import type { Words } from '../travel/words.ts';
import { inWords } from '../travel/words.ts';
import type { EntryKind } from './kinds.ts';
import { kindOf, kinds } from './kinds.ts';
import type { TimelineEntry } from './read-timeline.ts';
import { isRead } from './read-timeline.ts';
import { pageStyle } from './page-style.ts';

export interface TimelinePage {
  readonly orderNo: string;
  readonly tenant: string;
  /** Up to when, as it is shown. */
  readonly until: string;
  readonly entries: readonly TimelineEntry[];
  readonly words: Words;
}

/**
 * One file that asks for nothing: no script, no address, and a policy by which a browser would refuse
 * both, whatever a record has in it. It is filtered by boxes and its own style.
 */
export function timelinePage({ orderNo, tenant, until, entries, words }: TimelinePage): string {
  const title = `Order ${orderNo} of ${tenant}`;
  const counts = new Map<EntryKind, number>();
  for (const entry of entries) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  const present = Object.keys(kinds).filter((kind) => counts.has(kind as EntryKind)) as EntryKind[];
  const style = pageStyle(present);
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    `<p>${entries.length} records up to ${escaped(until)}, by the time at which Kafka appended them. `,
    'Each opens to where it stands and everything in it.</p>',
    '<fieldset><legend>Show</legend>',
    ...present.map((kind) => filterHtml(kind, counts.get(kind) ?? 0)),
    '</fieldset>',
    '<ol>',
    ...entries.map((entry) => entryHtml(entry, words)),
    '</ol>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const filterHtml = (kind: EntryKind, count: number): string =>
  `<label class="${kind}"><input type="checkbox" id="show-${kind}" checked> ${kinds[kind]} (${count})</label>`;

function entryHtml(entry: TimelineEntry, words: Words): string {
  const time = new Date(entry.timeMs).toISOString();
  const kind = kindOf(entry);
  const head = (what: string, said: string): string =>
    `<li class="${kind}"><details><summary><time>${time}</time> <span class="kind">${kinds[kind]}</span> ` +
    `<b>${escaped(what)}</b> <span class="said">${escaped(said)}</span></summary>`;
  if (!isRead(entry)) {
    return `${head('cannot be read', entry.problem)}<dl>${termHtml('at', placeText(entry))}</dl></details></li>`;
  }
  const { envelope, payload } = entry;
  const data = inWords(payload.data, words) as object;
  const version = envelope.aggregateVersion?.toString() ?? null;
  const terms = [
    ...[termHtml('at', placeText(entry)), termHtml('key', entry.key), termHtml('version', version)],
    ...[termHtml('by', envelope.actor), termHtml('event', envelope.id)],
    termHtml('because of', envelope.causationId),
    termHtml('request', envelope.correlationId),
  ];
  const all = JSON.stringify(JSON.parse(jsonText(data)), null, 2);
  return (
    `${head(payload.type, summaryOf(data))}<dl>${terms.join('')}</dl>` +
    `<pre tabindex="0">${escapedLines(all)}</pre></details></li>`
  );
}

const termHtml = (name: string, value: string | null): string =>
  value === null ? '' : `<dt>${name}</dt><dd>${escaped(value)}</dd>`;

const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  ...{ '"': '&quot;', "'": '&#39;' },
};

/** Text of anybody's, as text. */
const escaped = (text: string): string =>
  printable(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

const escapedLines = (text: string): string => text.split('\n').map(escaped).join('\n');
