import { usageFailure } from '../session/failure.ts';
import { parseDurationMs } from './duration.ts';

const timeForm = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** The 30th of February would be read as a day in March. */
const isDay = (day: string): boolean => {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
};

/** How long ago, `2h`, or a time in RFC 3339, as such a time; nothing for nothing. */
export function timeOption(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined;
  const agoMs = parseDurationMs(text.replace(/ ago$/, ''));
  if (agoMs !== null) return new Date(Date.now() - agoMs).toISOString();
  const [, day, zone] = timeForm.exec(text) ?? [];
  if (day !== undefined && zone === undefined)
    throw usageFailure(
      `${name}: "${text}" names no time zone. Write ${text}Z for UTC, or with the zone's offset: ` +
        `${text}+08:00`,
    );
  if (day === undefined || !isDay(day) || Number.isNaN(Date.parse(text)))
    throw usageFailure(
      `${name} is how long ago, such as 2h, or 2026-01-31T12:00:00Z: not "${text}"`,
    );
  return new Date(text).toISOString();
}
