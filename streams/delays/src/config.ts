import { processConfig, streamConfig } from '@plumbline/config';
import type { TopicSpec } from '@plumbline/events';
import { delayedRecords, delayTopicSpecs, parseDelayLevels, topics } from '@plumbline/events';
import { delayConfig } from '@plumbline/runtime';
import type { z } from 'zod';

export const schema = processConfig({ ...streamConfig({ port: 8093 }), ...delayConfig });

export type DelaysConfig = z.output<typeof schema>;

/** Where everything goes that was due. */
export const target = topics.notificationsCommands.name;

export const ladderOf = (
  config: Pick<DelaysConfig, 'PLUMBLINE_DELAY_PREFIX' | 'PLUMBLINE_DELAY_LEVELS'>,
) => ({
  prefix: config.PLUMBLINE_DELAY_PREFIX,
  levelsMs: parseDelayLevels(config.PLUMBLINE_DELAY_LEVELS),
});

export const delayTopicsOf = (
  config: Pick<DelaysConfig, 'PLUMBLINE_DELAY_PREFIX' | 'PLUMBLINE_DELAY_LEVELS'>,
): readonly TopicSpec[] => delayTopicSpecs({ ...ladderOf(config), records: delayedRecords });
