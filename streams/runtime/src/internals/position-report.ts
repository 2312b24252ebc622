import type { Clock, GroupOffset, Membership } from '@plumbline/kafka';
import { limits } from '../limits.ts';
import type { TaskView } from './task.ts';

/**
 * Tells the group now and then how far its tasks have committed, so that `plumbline lag` and the
 * tools that everybody has can show it. Nothing resumes from it.
 */
export function createPositionReport(options: {
  readonly membership: Membership;
  readonly clock: Clock;
  views(): readonly TaskView[];
}): { close(): Promise<void> } {
  const { membership, clock } = options;
  const closing = new AbortController();
  const reported = new Map<string, bigint>();

  async function report(): Promise<void> {
    const news: GroupOffset[] = [];
    for (const { partition, status, committed } of options.views()) {
      if (status !== 'running' && status !== 'stopped') continue;
      for (const { topic, offset } of committed) {
        if (reported.get(`${topic}-${partition}`) === offset) continue;
        news.push({ topic, partition, offset });
      }
    }
    if (news.length === 0) return;
    await membership.report(news);
    for (const { topic, partition, offset } of news) {
      reported.set(`${topic}-${partition}`, offset);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(limits.positionReportMs, closing.signal);
      await report();
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
