import { cursorOf, intText, pageCursor, renderJson, text } from '@plumbline/http';
import { placesPattern } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';

/** A cursor of queries, handed back as it came. */
export const cursor = () => pageCursor().transform(cursorOf);

export const limit = () => intText({ min: 1, max: limits.pageSizeMax });

export const orderNoParam = z.strictObject({ orderNo: text(limits.orderNoCharsMax) });

export const page = { cursor: cursor().optional(), limit: limit().optional() };

/** RFC 3339 with a zone, passed on as it came. */
export const instant = () =>
  z
    .string()
    .regex(
      /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/,
      'must be an instant with a zone, such as 2026-01-01T12:00:00Z',
    )
    .refine((value) => !Number.isNaN(Date.parse(value)), { error: 'is no time' })
    .meta({ format: 'date-time' });

/** What was answered to the client's last write, so that it is shown what it wrote. */
export const positionHeader = (partitions: number) => {
  const pattern = placesPattern(partitions);
  return z.object({
    'plumbline-position': z
      .string()
      .regex(new RegExp(pattern), 'must be a list of <topic>:<partition>:<offset>')
      .meta({ pattern })
      .optional(),
  });
};

/** A whole number of another service's answer, or of our own. */
export const count = () =>
  z
    .custom<unknown>((value) => value !== undefined && /^\d{1,15}$/.test(renderJson(value)))
    .meta({ type: 'integer', minimum: 0 });

/** Visible ASCII, as header values of clients are. */
export const idempotencyKey = () =>
  z
    .string({ error: 'is required' })
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
    .max(
      limits.idempotencyKeyCharsMax,
      `must have at most ${limits.idempotencyKeyCharsMax} characters`,
    );

/** Where the next page begins. */
export const nextCursor = z.string().nullable().describe('Give it as cursor for the next page');
