import { deadValueBytesMax } from './limits.ts';

/** What of a record at fault a dead letter keeps. */
export interface KeptValue {
  readonly value: Buffer | null;
  /** The message, which says so when the value is not kept whole. */
  readonly message: string;
}

/**
 * A record may be as large as any, and its dead letter has to go through as well: of a value that
 * would not leave room for the letter itself only the beginning is kept. The record stands where it
 * stood for as long as its topic keeps it.
 */
export function keptValueOf(value: Buffer | null, message: string): KeptValue {
  if (value === null || value.length <= deadValueBytesMax) return { value, message };
  const kept = `${deadValueBytesMax} of ${value.length} bytes are kept`;
  return { value: value.subarray(0, deadValueBytesMax), message: `${message} (${kept})` };
}
