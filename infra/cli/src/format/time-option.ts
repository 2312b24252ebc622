import { usageFailure } from '../session/failure.ts';
import { parseDurationMs } from './duration.ts';

/** How long ago, `2h`, or a time in RFC 3339, as such a time; nothing for nothing. */
export function timeOption(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined;
  const agoMs = parseDurationMs(text.replace(/ ago$/, ''));
  if (agoMs !== null) return new Date(Date.now() - agoMs).toISOString();
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  if (!isTime || Number.isNaN(Date.parse(text)))
    throw usageFailure(
      `${name} is how long ago, such as 2h, or 2026-01-31T12:00:00Z: not "${text}"`,
    );
  return new Date(text).toISOString();
}
