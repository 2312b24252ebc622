import { flag, processConfig, serviceConfig, secretText, wholeNumber } from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig({
  ...serviceConfig({ port: 8083 }),
  PLUMBLINE_CALLBACK_SECRET: secretText()
    .optional()
    .describe(
      'Secret of the mock channel. Unset: local-callback-secret in the local stack, elsewhere the ' +
        'channel and its callbacks are off',
    ),
  PLUMBLINE_PAYMENT_TIMEOUT_MINUTES: wholeNumber({ min: 1, max: 43_200 })
    .default(30)
    .describe("A payment's life in minutes"),
  PLUMBLINE_CALLBACK_MAX_AGE_SECONDS: wholeNumber({ min: 1, max: 31_536_000 })
    .optional()
    .describe('How far the timestamp of a callback may be from now, in seconds; unset: any'),
  PLUMBLINE_SIGNATURE_ENDPOINT_ENABLED: flag()
    .optional()
    .describe('Whether GET /payments/generate-signature answers; unset: in the local stack only'),
});

export type PaymentsConfig = z.output<typeof schema>;

/** Everybody can read it in the source: outside the local stack it is never taken. */
const localCallbackSecret = 'local-callback-secret';

/** `null`: the mock channel is off. */
export const callbackSecretOf = (config: PaymentsConfig): string | null =>
  config.PLUMBLINE_CALLBACK_SECRET ?? (config.PLUMBLINE_LOCAL_STACK ? localCallbackSecret : null);
