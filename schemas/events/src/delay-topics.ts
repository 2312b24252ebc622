import type { TopicSpec } from './topics.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Largest first: a level is named by the largest of them that it is a multiple of. */
const units = [
  ['d', dayMs],
  ['h', hourMs],
  ['m', minuteMs],
  ['s', secondMs],
  ['ms', 1],
] as const;

/** Below it the delay would be mostly what it takes to write and to read the record. */
export const delayLevelMsMin = secondMs;
/** As long as a schedule of retries may be (docs/delays.md). */
export const delayLevelMsMax = 72 * hourMs;
/** Each level is one topic; a ladder of 16 steps that double goes from one second to nine hours. */
export const delayLevelsMax = 16;

export const defaultDelayPrefix = 'plumbline-delay';
/** 30 s, 1, 5, 15 and 30 min. */
export const defaultDelayLevelsMs: readonly number[] = [
  30 * secondMs,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
];

/** `30s`, `5m`, `2h`, `1d`, `1500ms`: each delay has one spelling. Whole milliseconds above 0. */
export function delayLevelName(delayMs: number): string {
  const [unit, size] = units.find(([, each]) => delayMs % each === 0) ?? ['ms', 1];
  return `${delayMs / size}${unit}`;
}

const levelText = /^(\d{1,9})(ms|s|m|h|d)$/;

/**
 * `30s,1m,5m` as ms, from the shortest to the longest. Any unit will do: `60s` is `1m`.
 *
 * Errors: Error, saying which part is wrong and what may be: 1 to 16 levels, each once, from one
 * second to 72 hours.
 */
export function parseDelayLevels(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  const levelsMs = parts.map(parseLevel).sort((a, b) => a - b);
  if (levelsMs.length > delayLevelsMax) {
    throw new Error(`has ${levelsMs.length} delay levels; at most ${delayLevelsMax} are possible`);
  }
  for (const [at, each] of levelsMs.entries()) {
    if (levelsMs[at + 1] === each) throw new Error(`names ${delayLevelName(each)} twice`);
  }
  return levelsMs;
}

function parseLevel(part: string): number {
  const [, digits, unit] = levelText.exec(part) ?? [];
  const size = units.find(([name]) => name === unit)?.[1];
  if (digits === undefined || size === undefined) {
    throw new Error(`has '${part}', which is no delay such as 30s, 5m, 2h, 1d or 1500ms`);
  }
  const delayMs = Number(digits) * size;
  if (delayMs < delayLevelMsMin || delayMs > delayLevelMsMax) {
    throw new Error(`has '${part}', which is not from 1s to 72h`);
  }
  return delayMs;
}

export const delayTopicName = (of: { readonly prefix: string; readonly delayMs: number }): string =>
  `${of.prefix}.${delayLevelName(of.delayMs)}`;

/** How long a record stays in its topic after it was due, if nobody takes it. */
const keptAfterDueMs = 7 * dayMs;

/** One topic a level. `records` are the full names of the commands that may wait there. */
export const delayTopicSpecs = (of: {
  readonly prefix: string;
  readonly levelsMs: readonly number[];
  readonly records: readonly string[];
}): readonly TopicSpec[] =>
  of.levelsMs.map((delayMs) => ({
    name: delayTopicName({ prefix: of.prefix, delayMs }),
    kind: 'delays',
    writer: 'notifications',
    records: of.records,
    config: {
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'delete',
      'retention.ms': String(delayMs + keptAfterDueMs),
      // By time alone: a size that fits the day would delete what still waits.
      'retention.bytes': '-1',
    },
    partitions: 'shared',
    description: `Commands that wait ${delayLevelName(delayMs)} before they are sent on.`,
  }));
