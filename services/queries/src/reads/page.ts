import { cursorOf as cursorOfRow } from '@plumbline/http';

/** Newest first; the id parts what belongs to the same millisecond. */
export interface PagePosition {
  readonly atMs: number;
  readonly id: string;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The last row of the page when there are more; `null` at the end. */
  readonly last: PagePosition | null;
}

/** Cuts a page from rows of which one more than the limit was asked for. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => PagePosition,
): Page<Row> {
  const page = rows.slice(0, limit);
  const end = rows.length > limit ? page.at(-1) : undefined;
  return { rows: page, last: end === undefined ? null : positionOf(end) };
}

/** How a position is shown to clients, who only hand it back. */
export const cursorOf = ({ atMs, id }: PagePosition): string =>
  cursorOfRow({ createdAtMs: atMs, id });
