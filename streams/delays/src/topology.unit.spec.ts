import { topics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { target } from './config.ts';
import {
  attemptOf,
  levelsMs,
  longMs,
  middleMs,
  openDelays,
  prefix,
  shortMs,
  topicOf,
  topology,
} from './testing/open-delays.ts';
import { delaysTopology } from './topology.ts';

const deadLetters = topics.delaysDeadLetters.name;

describe('a command that waits', () => {
  it.each(levelsMs)('%i ms is sent on in the millisecond in which it is due', async (delayMs) => {
    const driver = await openDelays();
    driver.wait(delayMs, 1);
    // The driver's clock has moved on by a millisecond since the append.
    driver.advanceWallClockTime(delayMs - 2);
    expect(driver.sentOn()).toEqual([]);
    driver.advanceWallClockTime(1);
    expect(driver.sentOn()).toEqual(['n-1']);
    driver.advanceWallClockTime(10 * delayMs);
    expect(driver.sentOn()).toEqual([]);
  });

  it('keeps its key, its payload and its correlation, and names what it follows from', async () => {
    const driver = await openDelays();
    const appendedMs = driver.nowMs();
    driver.wait(middleMs, 7);
    driver.advanceWallClockTime(middleMs);
    const [sent, ...more] = driver.messages();
    expect(more).toEqual([]);
    expect(sent).toMatchObject({ topic: target, key: 'main/E-7', payload: attemptOf(7) });
    expect(sent?.envelope).toMatchObject({
      type: 'StartAttempt',
      subject: 'main/E-7',
      correlationId: 'correlation-7',
      causationId: 'command-7',
      actor: 'system:delays',
      source: '/plumbline/delays',
      // When it was due, not when somebody came to it.
      timeMs: appendedMs + middleMs,
    });
  });

  it('keeps its traceparent', async () => {
    const driver = await openDelays();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    driver.pipeInput({
      ...{ topic: topicOf(shortMs), key: 'main/E-1', payload: attemptOf(1) },
      envelope: { traceparent },
    });
    driver.advanceWallClockTime(shortMs);
    expect(driver.messages().map(({ envelope }) => envelope.traceparent)).toEqual([traceparent]);
  });

  it('has one id, whoever sends it on, and no other has it', async () => {
    const idsOf = async () => {
      const driver = await openDelays();
      for (const delayMs of [shortMs, middleMs]) {
        for (const number of [1, 2]) driver.wait(delayMs, number);
      }
      driver.advanceWallClockTime(middleMs);
      return driver.messages().map(({ envelope }) => envelope.id);
    };
    const ids = await idsOf();
    expect(new Set(ids).size).toBe(4);
    expect(await idsOf()).toEqual(ids);
  });

  it('holds up those of its own level only', async () => {
    const driver = await openDelays();
    driver.wait(longMs, 1);
    driver.wait(middleMs, 2);
    driver.wait(shortMs, 3);
    driver.wait(shortMs, 4);
    driver.advanceWallClockTime(shortMs);
    expect(driver.sentOn()).toEqual(['n-3', 'n-4']);
    driver.wait(shortMs, 5);
    driver.advanceWallClockTime(middleMs);
    expect(driver.sentOn()).toEqual(['n-5', 'n-2']);
    driver.advanceWallClockTime(longMs);
    expect(driver.sentOn()).toEqual(['n-1']);
  });

  it('is sent on in the order of its level, however many are due at once', async () => {
    const driver = await openDelays();
    const numbers = Array.from({ length: 2_500 }, (_, at) => at);
    for (const number of numbers) driver.wait(longMs, number);
    driver.advanceWallClockTime(longMs);
    expect(driver.sentOn()).toEqual(numbers.map((number) => `n-${number}`));
  });

  it('waits for the clock of the broker when that is set back: late, and never early', async () => {
    const driver = await openDelays();
    driver.wait(middleMs, 1);
    driver.advanceWallClockTime(-30_000);
    driver.wait(middleMs, 2);
    // A minute after the second by the clock that it was given its time by.
    driver.advanceWallClockTime(middleMs);
    expect(driver.sentOn()).toEqual([]);
    driver.advanceWallClockTime(30_000);
    expect(driver.sentOn()).toEqual(['n-1', 'n-2']);
  });
});

describe('another owner of the task', () => {
  it('goes on where the one before had come to, and repeats nothing', async () => {
    const driver = await openDelays();
    for (let number = 1; number <= 4; number += 1) {
      driver.wait(middleMs, number);
      driver.advanceWallClockTime(9_999);
    }
    driver.advanceWallClockTime(30_000);
    expect(driver.sentOn()).toEqual(['n-1', 'n-2']);
    driver.restart();
    expect(driver.sentOn()).toEqual([]);
    driver.advanceWallClockTime(20_000);
    expect(driver.sentOn()).toEqual(['n-3', 'n-4']);
    driver.restart();
    driver.advanceWallClockTime(longMs);
    expect(driver.sentOn()).toEqual([]);
  });

  it('lets what waits wait until it is due, and no longer', async () => {
    const driver = await openDelays();
    driver.wait(longMs, 1);
    driver.restart();
    driver.advanceWallClockTime(longMs - 2);
    expect(driver.sentOn()).toEqual([]);
    driver.advanceWallClockTime(1);
    expect(driver.sentOn()).toEqual(['n-1']);
  });

  it('may have another ladder: a level that is back goes on where it was left', async () => {
    const driver = await openDelays();
    driver.wait(shortMs, 1);
    driver.wait(middleMs, 2);
    driver.wait(middleMs, 3);
    driver.restart(delaysTopology({ prefix, levelsMs: [shortMs, longMs], target }));
    driver.advanceWallClockTime(longMs);
    expect(driver.sentOn()).toEqual(['n-1']);
    driver.restart(topology);
    expect(driver.sentOn()).toEqual(['n-2', 'n-3']);
  });
});

describe('a record that makes no sense', () => {
  it('goes to the dead letters when it is due, and those behind it are sent on', async () => {
    const driver = await openDelays();
    const key = Buffer.from('main/E-1');
    driver.pipeRaw({ topic: topicOf(shortMs), key, value: Buffer.from('no Avro'), headers: {} });
    driver.wait(shortMs, 1);
    expect(driver.readOutput(deadLetters)).toEqual([]);
    driver.advanceWallClockTime(shortMs);
    expect(driver.sentOn()).toEqual(['n-1']);
    const letters = driver.readOutput(deadLetters);
    expect(letters.map(({ payload }) => payload.data)).toMatchObject([
      { originTopic: topicOf(shortMs), originOffset: 0n, parkedBehind: null },
    ]);
    // Nothing of its key waits.
    driver.wait(shortMs, 1);
    driver.advanceWallClockTime(shortMs);
    expect(driver.sentOn()).toEqual(['n-1']);
    expect(driver.readOutput(deadLetters)).toEqual([]);
  });
});

describe('40,000 commands that wait', () => {
  it('are a few hundred in memory, and all sent on once', async () => {
    const driver = await openDelays();
    const count = 40_000;
    const buffered: number[] = [];
    for (let number = 0; number < count; number += 1) {
      driver.wait(longMs, number);
      if (number % 1_000 === 999) buffered.push(driver.buffered(topicOf(longMs)));
    }
    // As many after 40,000 as after 1,000: with more of them there would not be more.
    expect(new Set(buffered).size).toBe(1);
    expect(buffered[0]).toBeLessThanOrEqual(700);
    driver.wait(shortMs, -1);
    driver.advanceWallClockTime(shortMs);
    expect(driver.sentOn()).toEqual(['n--1']);
    driver.advanceWallClockTime(longMs / 2);
    expect(driver.sentOn()).toEqual([]);
    driver.advanceWallClockTime(longMs);
    expect(driver.buffered(topicOf(longMs))).toBe(0);
    const sent = driver.sentOn();
    expect(sent).toHaveLength(count);
    expect(sent.every((id, at) => id === `n-${at}`)).toBe(true);
  }, 60_000);
});
