import {
  flag,
  processConfig,
  redisConfig,
  secretText,
  serviceConfig,
  vaultConfig,
  wholeNumber,
} from '@plumbline/config';
import { z } from 'zod';
import { gatewaysConfig, missingForGateways } from './gateways-config.ts';
import { merchantConfig } from './merchant-config.ts';
import { areStreamHours, resultStreamsConfig } from './results/result-streams-config.ts';
import { scanConfig } from './scan/scan-config.ts';

const shape = processConfig({
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
  ...redisConfig,
  ...vaultConfig,
  ...gatewaysConfig,
  ...merchantConfig,
  ...resultStreamsConfig,
  ...scanConfig,
});

/** A gateway is configured whole or not at all. */
export const schema = shape.check(
  z.superRefine((config, context) => {
    for (const { name, because } of missingForGateways(config))
      context.addIssue({ code: 'custom', path: [name], message: `is needed beside ${because}` });
    if (!areStreamHours(config)) {
      const path = ['PLUMBLINE_RESULT_STREAMS_MIN_HOURS'];
      const message = 'is more than PLUMBLINE_RESULT_STREAMS_KEEP_HOURS';
      context.addIssue({ code: 'custom', path, message });
    }
  }),
);

export type PaymentsConfig = z.output<typeof schema>;

/** Everybody can read it in the source: outside the local stack it is never taken. */
const localCallbackSecret = 'local-callback-secret';

/** `null`: the mock channel is off. */
export const callbackSecretOf = (config: PaymentsConfig): string | null =>
  config.PLUMBLINE_CALLBACK_SECRET ?? (config.PLUMBLINE_LOCAL_STACK ? localCallbackSecret : null);

/** How far the timestamp of a callback may be from now, ms; `null`: as far as it likes. */
export const callbackMaxAgeMsOf = (config: PaymentsConfig): number | null => {
  const seconds = config.PLUMBLINE_CALLBACK_MAX_AGE_SECONDS;
  return seconds === undefined ? null : seconds * 1_000;
};
