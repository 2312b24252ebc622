import { flag, secretText } from '@plumbline/config';
import { z } from 'zod';

/** The environment of the demo, beside that of the local stack. */
export const demoConfigSchema = z.object({
  PLUMBLINE_CALLBACK_SECRET: secretText()
    .default('local-callback-secret')
    .describe('Secret of the mock channel, with which the demo signs its callbacks'),
  PLUMBLINE_DEMO_PLANTED_ALERT: flag()
    .default(false)
    .describe('Expects one alert that cannot come, to show that the demo can fail'),
  PLUMBLINE_DEMO_PLANTED_MONEY: flag()
    .default(false)
    .describe('Expects a second payment into a personal account, which nobody made'),
  PLUMBLINE_DEMO_PLANTED_NOTIFICATION: flag()
    .default(false)
    .describe('Expects that a merchant is told of one payment that there is not, to show the same'),
  PLUMBLINE_DEMO_PLANTED_PIECE: flag()
    .default(false)
    .describe('Expects one piece of goods that cannot be there, to show the same'),
});

export type DemoConfig = z.output<typeof demoConfigSchema>;
