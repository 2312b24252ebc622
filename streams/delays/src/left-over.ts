import type { Log } from '@plumbline/kafka';

/** A delay topic that is not configured and has records that were not sent on. */
export interface LeftOver {
  readonly topic: string;
  /** At most: markers of transactions are among them. */
  readonly records: bigint;
}

/**
 * Delay topics that nobody reads any more although something waits in them. How far they were read is
 * known from what the tasks reported to their group; without a report nothing was.
 */
export async function findLeftOver(options: {
  readonly log: Log;
  readonly group: string;
  readonly prefix: string;
  readonly configured: readonly string[];
  /** Every topic that there is. */
  readonly known: readonly string[];
}): Promise<readonly LeftOver[]> {
  const { log, group, prefix, configured, known } = options;
  const names = known
    .filter((name) => name.startsWith(`${prefix}.`) && !configured.includes(name))
    .sort();
  if (names.length === 0) return [];
  const found: LeftOver[] = [];
  for (const { topic, partitions } of await log.describeTopics(names)) {
    let records = 0n;
    for (let partition = 0; partition < partitions; partition += 1) {
      records += await unsent({ log, group, topic, partition });
    }
    if (records > 0n) found.push({ topic, records });
  }
  return found;
}

async function unsent(of: {
  readonly log: Log;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}): Promise<bigint> {
  const { log, group, topic, partition } = of;
  const at = { topic, partition };
  const { logStartOffset, highWatermark } = await log.ends(at);
  const [reported] = await log.groupOffsets(group, [at]);
  const from = reported === undefined ? logStartOffset : reported.offset;
  const first = from > logStartOffset ? from : logStartOffset;
  return highWatermark > first ? highWatermark - first : 0n;
}

export const leftOverLine = ({ topic, records }: LeftOver): string =>
  `${topic} is no level of PLUMBLINE_DELAY_LEVELS and holds up to ${records} records that nobody ` +
  'sends on: put its level back until they are gone, or they are deleted with its retention';
