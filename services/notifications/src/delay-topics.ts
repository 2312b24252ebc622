import type { TopicSpec } from '@plumbline/events';
import type { Clock, Log } from '@plumbline/kafka';
import { UnknownTopic } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import * as limits from './limits.ts';

/**
 * The topics that retries wait in are made by the process `delays`, which may start at the same time
 * or later. Errors: the log's own; UnknownTopic, when one is still missing after a minute.
 */
export async function untilDelayTopicsAreThere(options: {
  readonly log: Pick<Log, 'describeTopics'>;
  readonly topics: readonly TopicSpec[];
  readonly logger: Logger;
  readonly clock: Clock;
}): Promise<void> {
  const { log, topics, logger, clock } = options;
  const names = topics.map(({ name }) => name);
  const untilMs = clock.nowMs() + limits.delayTopicsMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await log.describeTopics(names);
      return;
    } catch (error) {
      if (!(error instanceof UnknownTopic) || clock.nowMs() >= untilMs) throw error;
      if (attempt % 10 === 1) logger.warn('waiting for the delay topics', { attempt, error });
      await clock.sleep(limits.delayTopicsPollMs);
    }
  }
}
