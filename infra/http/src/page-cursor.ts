/** Where a page of a list by creation time begins: after this row. */
export interface PagePosition {
  readonly createdAtMs: number;
  readonly id: string;
}

/** Opaque to clients. */
export const cursorOf = ({ createdAtMs, id }: PagePosition): string =>
  Buffer.from(`${createdAtMs}:${id}`, 'utf8').toString('base64url');

/** `null` for anything that {@link cursorOf} did not make. */
export function positionOfCursor(cursor: string): PagePosition | null {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = /^(\d{1,15}):(.+)$/su.exec(text);
  const [, createdAt, id] = match ?? [];
  if (createdAt === undefined || id === undefined) return null;
  const position = { createdAtMs: Number(createdAt), id };
  return cursorOf(position) === cursor ? position : null;
}
