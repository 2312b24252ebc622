import {
  flag,
  processConfig,
  redisConfig,
  requireServiceKey,
  secretText,
  serviceConfig,
  vaultConfig,
  wholeNumber,
} from '@plumbline/config';
import type { TopicSpec } from '@plumbline/events';
import {
  defaultDelayLevelsMs,
  delayedRecords,
  delayLevelName,
  delayTopicSpecs,
  parseDelayLevels,
} from '@plumbline/events';
import { delayConfig } from '@plumbline/runtime';
import { z } from 'zod';
import { parseIntervals } from './intervals.ts';
import * as limits from './limits.ts';

const intervals = () =>
  z.string().superRefine((text, context) => {
    const found = parseIntervals(text);
    if (typeof found === 'string') context.addIssue({ code: 'custom', message: found });
  });

const dayMs = 24 * 3_600_000;

const shape = processConfig({
  ...serviceConfig({ port: 8082 }),
  ...vaultConfig,
  ...redisConfig,
  ...delayConfig,
  PLUMBLINE_NOTIFICATION_INTERVALS: intervals()
    .default(defaultDelayLevelsMs.map(delayLevelName).join())
    .describe(
      'Waits before the retries of a notification, as 10s,30s,2m,10m,1h: up to 25, each from 1s to ' +
        '72h and 72h together. A wait that is a delay level takes its topic, any other a timer',
    ),
  PLUMBLINE_NOTIFICATION_ATTEMPTS_MAX: wholeNumber({ min: 1, max: 26 })
    .optional()
    .describe(
      'Attempts of a notification, the first included; unset: one more than there are intervals. ' +
        'Beyond the intervals the last one is taken again',
    ),
  PLUMBLINE_NOTIFICATION_TIMEOUT_MS: wholeNumber({ min: 1_000, max: 60_000 })
    .default(30_000)
    .describe('How long one attempt may take, look-up of the name and connection included, ms'),
  PLUMBLINE_NOTIFICATION_CONCURRENCY: wholeNumber({ min: 1, max: 64 })
    .default(3)
    .describe('Attempts at one endpoint at once, where its settings say nothing else'),
  PLUMBLINE_NOTIFICATION_ASYNC: flag()
    .default(true)
    .describe(
      'Whether a call that makes a notification is answered before its first delivery ended',
    ),
  PLUMBLINE_NOTIFICATION_CALLS_PER_SECOND: wholeNumber({ min: 1, max: 100_000 })
    .default(50)
    .describe(
      'Calls of the endpoints API that one API key may make in a second, over all processes',
    ),
  PLUMBLINE_NOTIFICATION_CALLS_BURST: wholeNumber({ min: 0, max: 1_000_000 })
    .default(100)
    .describe('Calls of one API key beyond that, within ten seconds'),
  PLUMBLINE_NOTIFICATION_KEEP_DAYS: wholeNumber({ min: 1, max: 3_650 })
    .default(limits.keepMs / dayMs)
    .describe(
      'Days after which a notification is no longer shown and cannot be replayed; what has not been ' +
        'delivered by then is given up. The log keeps its events for ever',
    ),
  PLUMBLINE_NOTIFICATION_ALERT_AFTER_SECONDS: wholeNumber({ min: 1, max: 86_400 })
    .default(limits.alertAfterMs / 1_000)
    .describe('How long an endpoint may fail before there is an alert, seconds'),
  PLUMBLINE_NOTIFICATION_SECRET: secretText()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'is not whsec_ and 24 to 64 bytes in base64')
    .optional()
    .describe(
      'Signs notifications to URLs that a caller names, which have no endpoint and no secret of ' +
        'their own: whsec_ and base64. Unset: a secret that everybody knows in the local stack, ' +
        'elsewhere they are not signed',
    ),
  PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK: flag()
    .default(false)
    .describe(
      'Whether notifications may be sent to this machine itself, over http and on any port: for ' +
        'trying things out. npm start sets it; other private addresses stay closed (docs/ssrf.md)',
    ),
  PLUMBLINE_NOTIFICATION_ALLOW_HTTP: flag()
    .default(false)
    .describe('Whether notifications may be sent over http beside https'),
  PLUMBLINE_NOTIFICATION_PORTS: z
    .string()
    .regex(/^(\d{1,5}(,\d{1,5})*)?$/, 'is not ports separated by commas')
    .default('')
    .describe('Ports that notifications may be sent to beside 443, and beside 80 over http'),
});

/** Everybody who may not listen elsewhere without a key that says who asks. */
export const schema = requireServiceKey(shape, 'callers name any URL');

export type NotificationsConfig = z.output<typeof schema>;

/** Everybody can read it in the source: outside the local stack it is never taken. */
const localSecret = 'whsec_bG9jYWwtbm90aWZpY2F0aW9uLXNlY3JldC1vZi1ub2JvZHk=';

/** `null`: notifications to URLs without an endpoint are not signed. */
export const ownSecretOf = (
  config: Pick<NotificationsConfig, 'PLUMBLINE_NOTIFICATION_SECRET' | 'PLUMBLINE_LOCAL_STACK'>,
): string | null =>
  config.PLUMBLINE_NOTIFICATION_SECRET ?? (config.PLUMBLINE_LOCAL_STACK ? localSecret : null);

/** Waits before the retries, as many as there may be retries. */
export function intervalsOf(
  config: Pick<
    NotificationsConfig,
    'PLUMBLINE_NOTIFICATION_INTERVALS' | 'PLUMBLINE_NOTIFICATION_ATTEMPTS_MAX'
  >,
): readonly number[] {
  // The schema has refused what is none.
  const found = parseIntervals(config.PLUMBLINE_NOTIFICATION_INTERVALS);
  const given = typeof found === 'string' ? [] : found;
  const retries = (config.PLUMBLINE_NOTIFICATION_ATTEMPTS_MAX ?? given.length + 1) - 1;
  const last = given.at(-1);
  if (last === undefined) return [];
  return Array.from({ length: retries }, (_, index) => given[index] ?? last);
}

export const levelsOf = (
  config: Pick<NotificationsConfig, 'PLUMBLINE_DELAY_LEVELS'>,
): readonly number[] => parseDelayLevels(config.PLUMBLINE_DELAY_LEVELS);

/** What retries wait in, which are configured and so in no catalogue. */
export const delayTopicsOf = (
  config: Pick<NotificationsConfig, 'PLUMBLINE_DELAY_PREFIX' | 'PLUMBLINE_DELAY_LEVELS'>,
): readonly TopicSpec[] =>
  delayTopicSpecs({
    ...{ prefix: config.PLUMBLINE_DELAY_PREFIX, levelsMs: levelsOf(config) },
    records: delayedRecords,
  });

export const outboundPolicyOf = (
  config: Pick<
    NotificationsConfig,
    | 'PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK'
    | 'PLUMBLINE_NOTIFICATION_ALLOW_HTTP'
    | 'PLUMBLINE_NOTIFICATION_PORTS'
  >,
) => ({
  allowLoopback: config.PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK,
  allowHttp: config.PLUMBLINE_NOTIFICATION_ALLOW_HTTP,
  ports: config.PLUMBLINE_NOTIFICATION_PORTS.split(',')
    .filter((port) => port !== '')
    .map(Number),
});
