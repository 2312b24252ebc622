import { digest } from '@plumbline/kernel';

/** The next offset of each partition, by its number. */
export type FeedOffsets = readonly bigint[];

/** Offsets mean something within one topic as it was made: eight characters of a digest say which. */
export const feedTagOf = (incarnation: string): string =>
  digest('feed', incarnation).toString('base64url').slice(0, 8);

/** `q3J-_a0Z.1f-0-2s-9`: the log, and one offset a partition, to the base 36. */
export const formatFeedPosition = (tag: string, offsets: FeedOffsets): string =>
  `${tag}.${offsets.map((offset) => offset.toString(36)).join('-')}`;

/** 2^63 has 13 digits to the base 36. */
const form = /^([\w-]{8})\.([0-9a-z]{1,13}(?:-[0-9a-z]{1,13}){0,1023})$/;

export interface FeedPosition {
  readonly tag: string;
  readonly offsets: FeedOffsets;
}

/** `null` for what no server of ours has given. */
export function parseFeedPosition(text: string): FeedPosition | null {
  const [, tag, list] = form.exec(text) ?? [];
  if (tag === undefined || list === undefined) return null;
  const offsets = list.split('-').map(fromBase36);
  return offsets.every((offset) => offset < 1n << 63n) ? { tag, offsets } : null;
}

const fromBase36 = (text: string): bigint =>
  Array.from(text).reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
