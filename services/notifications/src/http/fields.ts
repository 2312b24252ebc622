import type { NotifiedStatus } from '@plumbline/events';
import { numberText, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from './limits.ts';

const numberForm = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;

/** A number that a caller gives a payment or an order. */
export const givenNumber = () =>
  text(limits.numberCharactersMax)
    .regex(
      numberForm,
      'must be letters, digits and . _ : - only; it may have been percent-encoded twice',
    )
    .meta({ pattern: numberForm.source });

const amountForm = new RegExp(`^(0|[1-9]\\d{0,${limits.amountDigitsMax - 1}})\\.\\d{2}$`);

/** Contract 2's amount, `100.00`: always two decimals, above zero; as text or as a JSON number. */
export const amount = () =>
  z
    .unknown()
    .transform((value, context): bigint => {
      const given = numberText(value) ?? value;
      const minor =
        typeof given === 'string' && amountForm.test(given) ? BigInt(given.replace('.', '')) : 0n;
      if (minor > 0n) return minor;
      const message =
        value === undefined
          ? 'is required'
          : 'must be a decimal number above zero with exactly two decimals, such as 100.00';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({
      ...{ type: 'string', example: '100.00' },
      pattern: '^([1-9]\\d{0,9}\\.\\d{2}|0\\.(0[1-9]|[1-9]\\d))$',
    });

export const paymentStatuses = [
  'PROCESSING',
  'SUCCESS',
  'FAILED',
  'CANCELLED',
  'TIMEOUT',
  'REFUNDING',
  'REFUNDED',
] as const satisfies readonly NotifiedStatus[];

/** A status by its exact name. */
export const paymentStatus = () =>
  z.enum(paymentStatuses, {
    error: ({ input }) =>
      input === undefined ? 'is required' : `must be one of ${paymentStatuses.join(', ')}`,
  });

export const transactionId = () => text(limits.numberCharactersMax);
export const paymentMethod = () => text(32);
export const reason = () => text(limits.reasonCharactersMax);
