import type { Foundation, Parts } from '@plumbline/runtime';
import { kafkaOptionsOf } from '@plumbline/runtime';
import type { DelaysConfig } from './config.ts';
import { delayTopicsOf, ladderOf, target } from './config.ts';
import { ensureDelayTopics } from './ensure-delay-topics.ts';
import { findLeftOver, leftOverLine } from './left-over.ts';
import { openTopicAdmin } from './topic-admin.ts';
import { delaysTopology } from './topology.ts';

/** Sees to the delay topics, then runs the topology over them. Errors: those of the topics, in words. */
export async function openDelays(foundation: Foundation<DelaysConfig>): Promise<Parts> {
  const { config, log, logger } = foundation;
  const ladder = ladderOf(config);
  const topics = delayTopicsOf(config);
  const admin = await openTopicAdmin(kafkaOptionsOf(config, 'delays-topics'));
  try {
    const created = await ensureDelayTopics({
      ...{ admin, topics, partitions: config.PLUMBLINE_PARTITIONS },
    });
    if (created.length > 0) logger.info('delay topics made', { topics: created });
    const configured = topics.map(({ name }) => name);
    const leftOver = await findLeftOver({
      ...{ log, group: 'delays', prefix: ladder.prefix, configured },
      known: await admin.listTopics(),
    });
    for (const each of leftOver) logger.warn(leftOverLine(each), { ...each });
  } finally {
    await admin.close();
  }
  return { topologies: [delaysTopology({ ...ladder, target })] };
}
