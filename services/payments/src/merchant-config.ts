import { wholeNumber } from '@plumbline/config';
import type { Channel } from '@plumbline/events';
import { z } from 'zod';
import { channels } from './http/payment-view.ts';

const channel = () => z.enum(channels, { error: `must be one of ${channels.join(', ')}` });

/** What the merchant API (contract 4) can be told. */
export const merchantConfig = {
  PLUMBLINE_MERCHANT_CHANNEL: channel()
    .default('MOCK')
    .describe(
      "The gateway of merchants' payments, unless PLUMBLINE_MERCHANT_CHANNELS says another",
    ),
  PLUMBLINE_MERCHANT_CHANNELS: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}=[A-Z]+(,[A-Za-z0-9_-]{1,32}=[A-Z]+)*$/, 'is not app=CHANNEL,…')
    .transform((text): unknown =>
      Object.fromEntries(text.split(',').map((pair) => pair.split('='))),
    )
    .pipe(z.record(z.string(), channel()))
    .optional()
    .describe('The gateway of single apps, as app=CHANNEL, separated by commas'),
  PLUMBLINE_MERCHANT_CALLS_PER_SECOND: wholeNumber({ min: 1, max: 100_000 })
    .default(200)
    .describe('Calls that one API key may make in a second, over all processes'),
  PLUMBLINE_MERCHANT_CALLS_BURST: wholeNumber({ min: 0, max: 1_000_000 })
    .default(400)
    .describe('Calls of one API key beyond that, within ten seconds'),
};

interface MerchantChannels {
  readonly PLUMBLINE_MERCHANT_CHANNEL: Channel;
  readonly PLUMBLINE_MERCHANT_CHANNELS?: Readonly<Record<string, Channel>> | undefined;
}

/** Whose gateway an app's payments go to. */
export const channelOfApp =
  (config: MerchantChannels) =>
  (appId: string): Channel =>
    config.PLUMBLINE_MERCHANT_CHANNELS?.[appId] ?? config.PLUMBLINE_MERCHANT_CHANNEL;

/**
 * What some gateway of an app takes, in alphabetical order; `null` where one takes whatever comes.
 * `currenciesOf` is that of one channel.
 */
export function currenciesOfApps(
  config: MerchantChannels,
  currenciesOf: (channel: Channel) => readonly string[] | null,
): readonly string[] | null {
  const { PLUMBLINE_MERCHANT_CHANNEL: usual, PLUMBLINE_MERCHANT_CHANNELS: own = {} } = config;
  const all = new Set<string>();
  for (const channel of new Set([usual, ...Object.values(own)])) {
    const taken = currenciesOf(channel);
    if (taken === null) return null;
    for (const currency of taken) all.add(currency);
  }
  return [...all].sort();
}
