import type { PagePosition } from '../projections/payment-queries.ts';

/** Where the next page begins, opaque to clients. */
export const cursorOf = ({ createdAtMs, payNo }: PagePosition): string =>
  Buffer.from(`${createdAtMs}:${payNo}`, 'utf8').toString('base64url');

/** `null` for anything that {@link cursorOf} did not make. */
export function positionOfCursor(cursor: string): PagePosition | null {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = /^(\d{1,15}):(.+)$/su.exec(text);
  const [, createdAt, payNo] = match ?? [];
  if (createdAt === undefined || payNo === undefined) return null;
  const position = { createdAtMs: Number(createdAt), payNo };
  return cursorOf(position) === cursor ? position : null;
}
