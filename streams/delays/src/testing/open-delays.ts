import type { Codec } from '@plumbline/events';
import {
  catalogue,
  createCodec,
  createMemorySchemaIds,
  delayTopicName,
  delayTopicSpecs,
} from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import type { OutputMessage, TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { target } from '../config.ts';
import { delaysTopology } from '../topology.ts';

export const prefix = 'test-delay';
export const levelsMs = [1_000, 60_000, 1_800_000] as const;
export const [shortMs, middleMs, longMs] = levelsMs;
export const topicOf = (delayMs: number): string => delayTopicName({ prefix, delayMs });
export const topology = delaysTopology({ prefix, levelsMs, target });

export const delayTopics = delayTopicSpecs({
  ...{ prefix, levelsMs },
  records: ['plumbline.notifications.StartAttempt'],
});

/** A codec that knows these delay topics beside the catalogue. */
export const codecOfDelays = (): Codec =>
  createCodec(createMemorySchemaIds(), {
    catalogue: { ...catalogue, topics: [...catalogue.topics, ...delayTopics] },
  });

export const attemptOf = (number: number): Payload => ({
  type: 'StartAttempt',
  data: { notificationId: `n-${number}`, attempt: 2, dueAt: 0, trigger: 'SCHEDULE' },
});

export interface DelaysDriver extends TestDriver {
  /** Puts a command into the topic of a level, under a key of its own. Returns its offset. */
  wait(delayMs: number, number: number): bigint;
  /** Which commands were sent on since the last call, in their order. */
  sentOn(): readonly string[];
  /** The same, whole. */
  messages(): readonly OutputMessage[];
}

export async function openDelays(): Promise<DelaysDriver> {
  const driver = await createTestDriver(topology, { codec: codecOfDelays() });
  const messages = (): readonly OutputMessage[] => driver.readOutput(target);
  return {
    ...driver,
    wait: (delayMs, number) =>
      driver.pipeInput({
        ...{ topic: topicOf(delayMs), key: `main/E-${number}`, payload: attemptOf(number) },
        envelope: { id: `command-${number}`, correlationId: `correlation-${number}` },
      }),
    sentOn: () => messages().map(notificationOf),
    messages,
  };
}

export const notificationOf = ({ payload }: Pick<OutputMessage, 'payload'>): string =>
  (payload.data as { readonly notificationId: string }).notificationId;
