import { intNumber, minorAmount, parseJsonBody, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from './limits.ts';

/**
 * Building blocks for reading what gateways say. Numbers come as their source text, so that
 * `100.0`, `1e3` and `9007199254740993` are what they are and not what a float makes of them.
 */

/** The JSON of a body; `undefined` for anything else, for a key that stands twice, for no UTF-8. */
export function jsonOf(body: Buffer): unknown {
  try {
    return parseJsonBody(body);
  } catch {
    return undefined;
  }
}

/** Minor units as a JSON integer. */
export const minorNumber = () => minorAmount({ minMinor: 0n, maxMinor: limits.amountMinorMax });

/** Minor units as text of digits. */
export const minorText = () =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,11})$/)
    .transform((digits) => BigInt(digits));

/** Epoch seconds as a JSON integer, to milliseconds. */
export const epochSeconds = () =>
  intNumber({ min: 0, max: limits.epochSecondsMax }).transform((seconds) => seconds * 1_000);

/** Epoch milliseconds as a JSON integer. */
export const epochMs = () => intNumber({ min: 0, max: limits.epochSecondsMax * 1_000 });

export const gatewayId = () => text(limits.gatewayIdCharsMax);

/** Where a payer is sent to: nothing but the web's own schemes. */
export const webUrl = () => text(limits.payUrlCharsMax).regex(/^https?:\/\/[^\s/]/);

/** Our own numbers as they come back: contract 1's and the port's 32 characters. */
export const isReference = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9A-Za-z]{1,32}$/.test(value);
