import type { TopicSpec } from '@plumbline/events';
import type { Clock } from '@plumbline/kafka';
import { systemClock } from '@plumbline/kafka';
import { topicShownMs, topicShownPollMs } from './limits.ts';
import type { ActualTopic, TopicAdmin } from './topic-admin.ts';

/** A delay topic is not as it has to be; the message says how to mend it. */
export class UnfitDelayTopic extends Error {
  override readonly name = 'UnfitDelayTopic';
}

/**
 * Makes the delay topics that are missing, and compares the others. Repeatable, and may run in several
 * processes at once. Returns the names of those that it made.
 *
 * Errors: {@link UnfitDelayTopic}, naming everything that is wrong; what the admin says.
 */
export async function ensureDelayTopics(options: {
  readonly admin: TopicAdmin;
  readonly topics: readonly TopicSpec[];
  readonly partitions: number;
  readonly clock?: Clock;
}): Promise<readonly string[]> {
  const { admin, topics, partitions, clock = systemClock } = options;
  const known = new Set(await admin.listTopics());
  const missing = topics.filter(({ name }) => !known.has(name));
  if (missing.length > 0) await admin.createTopics(missing, partitions);
  const problems: string[] = [];
  for (const topic of topics) {
    const actual = await untilShown(admin, topic, clock);
    problems.push(...problemsOf(topic, actual, partitions));
  }
  if (problems.length > 0) throw new UnfitDelayTopic(problems.join('\n'));
  return missing.map(({ name }) => name);
}

/** A broker may not show yet what was made a moment ago. */
async function untilShown(
  admin: TopicAdmin,
  { name, config }: TopicSpec,
  clock: Clock,
): Promise<ActualTopic> {
  const untilMs = clock.nowMs() + topicShownMs;
  for (;;) {
    const actual = await admin.describe(name, Object.keys(config));
    if (actual !== null) return actual;
    if (clock.nowMs() > untilMs) throw new UnfitDelayTopic(`${name} was made and is not shown`);
    await clock.sleep(topicShownPollMs);
  }
}

function problemsOf(topic: TopicSpec, actual: ActualTopic, partitions: number): readonly string[] {
  const { name, config } = topic;
  const problems = Object.entries(config).flatMap(([setting, expected]) => {
    const found = actual.config[setting];
    if (isFit(setting, expected, found)) return [];
    return [
      `${name} has ${setting}=${found ?? '(unset)'}, and it must be ${expected}: ${remedyOf(name, setting, expected)}`,
    ];
  });
  if (actual.partitions === partitions) return problems;
  return [
    `${name} has ${actual.partitions} partitions, and the log has ${partitions} ` +
      '(PLUMBLINE_PARTITIONS): choose another PLUMBLINE_DELAY_PREFIX',
    ...problems,
  ];
}

/** What is kept for longer than asked for is no harm. */
function isFit(setting: string, expected: string, found: string | undefined): boolean {
  if (found === expected) return true;
  if (setting !== 'retention.ms' || found === undefined) return false;
  return Number(found) < 0 || Number(found) >= Number(expected);
}

function remedyOf(name: string, setting: string, expected: string): string {
  const alter = `kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config ${setting}=${expected}`;
  if (setting !== 'message.timestamp.type') return alter;
  // Records that are there keep the times that their producers gave them.
  return `choose another PLUMBLINE_DELAY_PREFIX, or, once nothing is in it, ${alter}`;
}
