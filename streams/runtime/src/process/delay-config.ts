import {
  defaultDelayLevelsMs,
  defaultDelayPrefix,
  delayLevelName,
  parseDelayLevels,
} from '@plumbline/events';
import { z } from 'zod';

/** For whoever writes to the delay topics, and for whoever sends on what waits there. */
export const delayConfig = {
  PLUMBLINE_DELAY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'is not 1 to 200 of A-Z, a-z, 0-9, ., _ and -')
    .default(defaultDelayPrefix)
    .describe('What the names of the delay topics begin with: <prefix>.<level>'),
  PLUMBLINE_DELAY_LEVELS: z
    .string()
    .superRefine((text, context) => {
      try {
        parseDelayLevels(text);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        context.addIssue({ code: 'custom', message });
      }
    })
    .default(defaultDelayLevelsMs.map(delayLevelName).join())
    .describe(
      'The delays for which there is a topic, as 30s,1m,2h: 1 to 16 of them, from 1s to 72h. One that ' +
        'is left out must have run empty before (docs/delays.md)',
    ),
};
