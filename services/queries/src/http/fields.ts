import { intText, pageCursor, text } from '@plumbline/http';
import { parsePlaces, placesPattern } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { PagePosition } from '../reads/page.ts';

/** RFC 3339 with a zone; what has none would mean another moment on another machine. */
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** An instant, to epoch ms. */
export const instant = () =>
  z
    .string({ error: 'must be an instant with a zone, such as 2026-01-01T12:00:00Z' })
    .transform((value, context): number => {
      const ms = instantPattern.test(value) ? Date.parse(value) : Number.NaN;
      if (!Number.isNaN(ms)) return ms;
      const message = 'must be an instant with a zone, such as 2026-01-01T12:00:00Z';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ type: 'string', format: 'date-time' });

/** Where the next page begins. */
export const cursor = () =>
  pageCursor().transform(({ createdAtMs, id }): PagePosition => ({ atMs: createdAtMs, id }));

export const limit = () => intText({ min: 1, max: limits.pageSize.max });

/** Of ISO 4217; nothing is of another. */
export const currency = () => z.string().regex(/^[A-Z]{3}$/, 'must be a code such as CNY');

/** Major units in decimal digits, as text. */
export const amount = () =>
  z.string().regex(/^\d{1,16}(\.\d{1,4})?$/, 'must be an amount such as 99.90');

export const orderNo = () => text(limits.orderNoCharsMax);

/** The position token of a client's last write: see {@link parsePlaces}. */
export const positionHeader = (partitions: number) =>
  z.object({
    'plumbline-position': z
      .string()
      .transform((value, context) => {
        const places = parsePlaces(value, partitions);
        if (places !== null) return places;
        const message = 'must be a list of <topic>:<partition>:<offset>, separated by commas';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      })
      .meta({ pattern: placesPattern(partitions) })
      .optional(),
  });

export const isoTime = (ms: number): string => new Date(ms).toISOString();

export const isoTimeOrNull = (ms: bigint | null): string | null =>
  ms === null ? null : isoTime(Number(ms));
