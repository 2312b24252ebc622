import { delayTopicSpecs } from '@plumbline/events';
import { UnknownTopic } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { expect, it } from 'vitest';
import { untilDelayTopicsAreThere } from './delay-topics.ts';
import * as limits from './limits.ts';
import { createPassingClock } from './testing/passing-clock.ts';

const topics = delayTopicSpecs({ prefix: 'test', levelsMs: [1_000, 2_000], records: [] });

/** A log that has the topics from some time on, or something else that is wrong with it. */
function waitFor(of: { readonly fromMs: number; readonly error?: Error }) {
  const clock = createPassingClock();
  const describeTopics = (names: readonly string[]) =>
    clock.nowMs() >= of.fromMs
      ? Promise.resolve(names.map((topic) => ({ topic, partitions: 4, incarnation: 'i' })))
      : Promise.reject(of.error ?? new UnknownTopic(`There is no topic ${names[0] ?? ''}`));
  const over = untilDelayTopicsAreThere({
    ...{ log: { describeTopics }, topics, logger: silentLogger, clock },
  });
  return over.then(() => clock.nowMs());
}

it('waits for the delay topics, which another process makes', async () => {
  expect(await waitFor({ fromMs: 0 })).toBe(0);
  expect(await waitFor({ fromMs: 5_000 })).toBe(5_000);
});

it('names a topic that nobody makes, and does not wait for ever', async () => {
  await expect(waitFor({ fromMs: limits.delayTopicsMs + 1_000 })).rejects.toThrow(
    'There is no topic test.1s',
  );
});

it('does not wait for what is no matter of time', async () => {
  const error = new Error('not allowed');
  await expect(waitFor({ fromMs: 1, error })).rejects.toBe(error);
});
