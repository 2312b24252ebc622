import { describe, expect, it } from 'vitest';
import {
  defaultDelayLevelsMs,
  defaultDelayPrefix,
  delayLevelName,
  delayTopicName,
  delayTopicSpecs,
  parseDelayLevels,
} from './delay-topics.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('a delay level', () => {
  it.each([
    [1_000, '1s'],
    [1_500, '1500ms'],
    [30_000, '30s'],
    [minuteMs, '1m'],
    [90_000, '90s'],
    [5 * minuteMs, '5m'],
    [30 * minuteMs, '30m'],
    [2 * hourMs, '2h'],
    [36 * hourMs, '36h'],
    [dayMs, '1d'],
    [72 * hourMs, '3d'],
  ])('of %i ms is called %s', (delayMs, name) => {
    expect(delayLevelName(delayMs)).toBe(name);
    expect(parseDelayLevels(name)).toEqual([delayMs]);
  });

  it('has one spelling, whatever it was written as', () => {
    const spellings = ['60s', '1m', '60000ms'];
    expect(spellings.map((text) => parseDelayLevels(text).map(delayLevelName))).toEqual([
      ['1m'],
      ['1m'],
      ['1m'],
    ]);
  });
});

describe('delay levels from a text', () => {
  it('come from the shortest to the longest', () => {
    expect(parseDelayLevels('5m, 30s,1m')).toEqual([30_000, minuteMs, 5 * minuteMs]);
  });

  it('are by default those of the contract', () => {
    expect(parseDelayLevels('30s,1m,5m,15m,30m')).toEqual(defaultDelayLevelsMs);
  });

  it.each([
    ['', "has '', which is no delay such as 30s"],
    ['30s,,1m', "has '', which is no delay such as 30s"],
    ['30', "has '30', which is no delay such as 30s"],
    ['30 s', "has '30 s', which is no delay such as 30s"],
    ['1.5s', "has '1.5s', which is no delay such as 30s"],
    ['-1s', "has '-1s', which is no delay such as 30s"],
    ['1w', "has '1w', which is no delay such as 30s"],
    ['999ms', "has '999ms', which is not from 1s to 72h"],
    ['0s', "has '0s', which is not from 1s to 72h"],
    ['73h', "has '73h', which is not from 1s to 72h"],
    ['259200001ms', "has '259200001ms', which is not from 1s to 72h"],
    ['999999999d', "has '999999999d', which is not from 1s to 72h"],
    ['1m,30s,60s', 'names 1m twice'],
  ])('are refused when they are %j', (text, message) => {
    expect(() => parseDelayLevels(text)).toThrow(message);
  });

  it('are 16 at most', () => {
    const levels = (count: number) => Array.from({ length: count }, (_, at) => `${at + 1}m`);
    expect(parseDelayLevels(levels(16).join())).toHaveLength(16);
    expect(() => parseDelayLevels(levels(17).join())).toThrow('has 17 delay levels; at most 16');
  });

  it('may be a second and 72 hours', () => {
    expect(parseDelayLevels('1s,72h')).toEqual([1_000, 72 * hourMs]);
  });
});

describe('the topics of delay levels', () => {
  const records = ['plumbline.notifications.StartAttempt'];

  it('are named by prefix and level', () => {
    expect(delayTopicName({ prefix: 'retry', delayMs: 30_000 })).toBe('retry.30s');
    const of = { prefix: defaultDelayPrefix, levelsMs: defaultDelayLevelsMs, records };
    expect(delayTopicSpecs(of).map(({ name }) => name)).toEqual(
      ['30s', '1m', '5m', '15m', '30m'].map((level) => `${defaultDelayPrefix}.${level}`),
    );
  });

  it('are timed by the broker and keep a record for a week after it was due', () => {
    const [spec] = delayTopicSpecs({ prefix: 'retry', levelsMs: [2 * hourMs], records });
    expect(spec).toMatchObject({ kind: 'delays', partitions: 'shared', writer: 'notifications' });
    expect(spec?.records).toEqual(records);
    expect(spec?.config).toEqual({
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'delete',
      'retention.ms': String(7 * dayMs + 2 * hourMs),
      'retention.bytes': '-1',
    });
  });
});
