import type { DecodedRecord } from '../read/decode.ts';
import { placeText } from '../read/place.ts';
import type { FieldChange } from './fields.ts';
import { changesBetween, fieldsOf } from './fields.ts';
import type { Moment } from './moment.ts';
import { momentText } from './moment.ts';
import type { Stood, Version } from './versions.ts';
import type { Words } from './words.ts';
import { inWords } from './words.ts';

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** `v3  2026-…Z  orders.events.v1-1@57  OrderPaid  by system:orders`. */
export function eventLine(event: DecodedRecord): string {
  const { envelope, payload, timeMs } = event;
  const version = envelope.aggregateVersion === null ? '' : `v${envelope.aggregateVersion}  `;
  return `${version}${isoOf(timeMs)}  ${placeText(event)}  ${payload.type}  by ${envelope.actor}`;
}

export function stateLines(what: string, moment: Moment, stood: Stood, words: Words) {
  const at = moment.kind === 'now' ? 'now' : `at ${momentText(moment)}`;
  const since = stood.event === null ? [] : [`  since ${eventLine(stood.event)}`];
  const fields = stood.state === null ? [] : fieldsOf(stood.state, words);
  const width = widest(fields.map(([path]) => path));
  return [
    `${what}, ${at}`,
    ...since,
    ...fields.map(([path, text]) => `  ${path.padEnd(width)}  ${text}`),
  ];
}

export function versionLines({ event, before, after }: Version, words: Words) {
  return [eventLine(event), ...changeLines(changesBetween(before, after, words), '    ')];
}

export function differenceLines(
  what: string,
  [from, to]: readonly [Stood, Stood],
  words: Words,
): readonly string[] {
  const changes = changesBetween(from.state, to.state, words);
  return [
    what,
    ...[from, to].map(({ event }, index) => {
      const name = index === 0 ? 'from' : 'to';
      return `  ${name.padEnd(4)}  ${event === null ? 'before its first event' : eventLine(event)}`;
    }),
    ...(changes.length === 0 ? ['  nothing differs'] : changeLines(changes, '  ')),
  ];
}

function changeLines(changes: readonly FieldChange[], indent: string): readonly string[] {
  const width = widest(changes.map(({ path }) => path));
  return changes.map(({ path, from, to }) => {
    const name = path.padEnd(width);
    if (from === null) return `${indent}+ ${name}  ${to ?? ''}`;
    if (to === null) return `${indent}- ${name}  was ${from}`;
    return `${indent}~ ${name}  ${from} → ${to}`;
  });
}

const widest = (texts: readonly string[]): number =>
  texts.reduce((width, { length }) => Math.max(width, length), 0);

const eventJson = (event: DecodedRecord | null) =>
  event === null
    ? null
    : {
        version: event.envelope.aggregateVersion,
        time: isoOf(event.timeMs),
        ...{ topic: event.topic, partition: event.partition, offset: event.offset },
        ...{ eventId: event.envelope.id, type: event.payload.type, actor: event.envelope.actor },
      };

export const stoodJson = ({ event, state }: Stood, words: Words) => ({
  since: eventJson(event),
  state: inWords(state, words),
});

export const versionJson = ({ event, before, after }: Version, words: Words) => ({
  ...eventJson(event),
  changes: changesBetween(before, after, words),
});

export const differenceJson = ([from, to]: readonly [Stood, Stood], words: Words) => ({
  from: eventJson(from.event),
  to: eventJson(to.event),
  changes: changesBetween(from.state, to.state, words),
});
