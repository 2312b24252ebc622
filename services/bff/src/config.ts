import { processConfig, redisConfig, streamConfig, urlText, wholeNumber } from '@plumbline/config';
import { z } from 'zod';
import { identityConfig, wrongAboutIdentity } from './identity/identity-config.ts';

const service = (name: string, port: number) =>
  urlText(['http:', 'https:'])
    .default(`http://127.0.0.1:${port}`)
    .describe(`Base address of the ${name} service`);

const shape = processConfig({
  ...streamConfig({ port: 8080 }),
  ...redisConfig,
  PLUMBLINE_PUBLIC_URL: urlText(['http:', 'https:'])
    .refine((text) => new URL(text).origin === text, {
      error: 'is not scheme, host and port alone, such as https://shop.example.com',
    })
    .default('http://127.0.0.1:8080')
    .describe('Address at which browsers reach this process; https outside the local stack'),
  ...identityConfig,
  PLUMBLINE_SESSION_IDLE_MINUTES: wholeNumber({ min: 2, max: 1_440 })
    .default(30)
    .describe('Minutes without a call after which a session ends'),
  PLUMBLINE_SESSION_HOURS: wholeNumber({ min: 1, max: 168 })
    .default(12)
    .describe('Hours after its log-in at which a session ends in any case'),
  PLUMBLINE_SESSIONS_PER_USER_MAX: wholeNumber({ min: 1, max: 100 })
    .default(20)
    .describe('Sessions that one user can have; a log-in beyond them ends the oldest'),
  PLUMBLINE_ORDERS_URL: service('orders', 8081),
  PLUMBLINE_PAYMENTS_URL: service('payments', 8083),
  PLUMBLINE_INVENTORY_URL: service('inventory', 8084),
  PLUMBLINE_ACCOUNTS_URL: service('accounts', 8085),
  PLUMBLINE_QUERIES_URL: service('queries', 8086),
});

export const schema = shape.check(
  z.superRefine((config, context) => {
    for (const { name, message } of wrongAboutIdentity(config))
      context.addIssue({ code: 'custom', path: [name], message });
    const inTheClear = config.PLUMBLINE_PUBLIC_URL.startsWith('http:');
    if (inTheClear && !config.PLUMBLINE_LOCAL_STACK) {
      const message = 'must be https: a session id would be sent in the clear';
      context.addIssue({ code: 'custom', path: ['PLUMBLINE_PUBLIC_URL'], message });
    }
  }),
);

export type BffConfig = z.output<typeof schema>;
