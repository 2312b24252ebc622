import { z } from 'zod';

/** Where a page of a list by creation time begins: after this row. */
export interface PagePosition {
  readonly createdAtMs: number;
  readonly id: string;
}

/**
 * `<ms>_<id, its UTF-8 bytes in hex>`: whatever has this form is a place in the list, whoever wrote
 * it, so that the description of a call can say what a cursor is. Thirteen digits are the year 2286,
 * 256 bytes four times the longest id; no byte is zero, which no text of Postgres can hold.
 */
const form = /^(\d{1,13})_((?:[0-9a-f][1-9a-f]|[1-9a-f]0){1,256})$/;

/** Clients hand it back as it is. */
export const cursorOf = ({ createdAtMs, id }: PagePosition): string =>
  `${createdAtMs}_${Buffer.from(id, 'utf8').toString('hex')}`;

/** The query parameter that {@link cursorOf} makes. */
export const pageCursor = () =>
  z.string().regex(form, 'is not one that this service gave').transform(positionOf);

function positionOf(cursor: string): PagePosition {
  const [, createdAt = '', id = ''] = form.exec(cursor) ?? [];
  return { createdAtMs: Number(createdAt), id: Buffer.from(id, 'hex').toString('utf8') };
}
