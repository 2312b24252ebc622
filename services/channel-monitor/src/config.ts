import {
  processConfig,
  redisConfig,
  requireServiceKey,
  serviceConfig,
  urlText,
  vaultConfig,
  wholeNumber,
} from '@plumbline/config';
import { z } from 'zod';

const shape = processConfig({
  ...serviceConfig({ port: 8130 }),
  ...vaultConfig,
  ...redisConfig,
  PLUMBLINE_PAYMENTS_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:8083')
    .describe('The payments process, which matches reported money to orders'),
  PLUMBLINE_ORDER_FILE: z
    .string()
    .regex(/^\/.{1,4095}$/, 'is not an absolute path')
    .optional()
    .describe(
      'Where order.json is kept up for clients that poll a file: an absolute path, whose folder is ' +
        'there. Unset: no file',
    ),
  PLUMBLINE_MONITOR_CALLS_PER_SECOND: wholeNumber({ min: 1, max: 100_000 })
    .default(100)
    .describe('Calls that one monitor client may make in a second, over all processes'),
  PLUMBLINE_MONITOR_CALLS_BURST: wholeNumber({ min: 0, max: 1_000_000 })
    .default(1_000)
    .describe('Calls of one monitor client beyond that, within ten seconds'),
});

/** Accounts, keys and money are for operators: elsewhere than on loopback they need the key. */
export const schema = requireServiceKey(shape, 'operators call with it');

export type ChannelMonitorConfig = z.output<typeof schema>;
