import { cursorOf as cursorOfRow } from '@plumbline/http';
import type { Conditions, Postgres } from '@plumbline/postgres';

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

/** Which page of a list. */
export interface PageAsked {
  /** Behind it; `null` for the first page. */
  readonly after: PagePosition | null;
  readonly limit: number;
}

/** Reads a page, newest first. */
export async function readPage<Row extends object>(
  postgres: Pick<Postgres, 'query'>,
  options: PageAsked & {
    /** `select … from …`. */
    readonly select: string;
    readonly where: Conditions;
    /** Columns of the time, epoch ms, and of the id. */
    readonly order: readonly [at: string, id: string];
    readonly positionOf: (row: Row) => PagePosition;
  },
): Promise<Page<Row>> {
  const { select, where, order, after, limit } = options;
  const [at, id] = order;
  if (after !== null) where.add(`(${at}, ${id}) < (?, ?)`, after.atMs, after.id);
  const rows = await postgres.query<Row>(
    `${select} where ${where.sql} order by ${at} desc, ${id} desc limit ?`,
    [...where.values, limit + 1],
  );
  return pageOf(rows, limit, options.positionOf);
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
