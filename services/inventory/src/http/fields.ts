import { intNumber, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';

/** A code as it may stand in a path: no slash, no comma, and no dot in front. */
const code = `[A-Za-z0-9][A-Za-z0-9._:|@-]{0,${limits.idCharsMax - 1}}`;
const words = `must be 1 to ${limits.idCharsMax} of A-Z, a-z, 0-9 and . _ : | @ -, a letter or digit first`;

export const id = () =>
  z.string({ error: 'is required, as text' }).regex(new RegExp(`^${code}$`), words);

/** `a,b,c` as a list. */
export const skus = () =>
  z
    .string()
    .regex(
      new RegExp(`^${code}(,${code}){0,${limits.skusMax - 1}}$`),
      `must be 1 to ${limits.skusMax} SKUs, separated by commas`,
    )
    .transform((list) => list.split(','));

export const quantity = () => intNumber({ min: 1, max: limits.quantityMax });

export const reason = () => text(limits.reasonCharsMax);

export const itemParams = z.strictObject({ sku: id() });

export const reservationParams = z.strictObject({ sku: id(), reservationId: id() });
