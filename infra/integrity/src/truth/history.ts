import type { Random } from '@plumbline/runtime/simulation';
import { openedBy } from './deal.ts';
import { isKnown } from './known-rules.ts';
import { stories } from './stories/all-stories.ts';
import { tellFact } from './stories/facts.ts';
import type { InForce, Planted, Story, Told } from './story.ts';
import { Pen } from './story.ts';
import type { Word } from './words.ts';
import { tellWords } from './words.ts';

/** One history: a story under a key of its own, and the truth of it. */
export interface TrueHistory {
  /** Counts over the whole run, from 0. */
  readonly number: number;
  readonly story: string;
  readonly key: string;
  /** In the order of the log. */
  readonly told: readonly Told[];
  readonly planted: readonly Planted[];
  /** What people say of one of the alerts, as it is told. */
  readonly words: readonly Word[];
  readonly untilMs: number;
}

/** Facts that stand beside whatever else is told of an order. */
const factChance = 0.2;

/** Alerts of which somebody says something. */
const wordsChance = 0.25;

export function drawHistory(of: {
  readonly number: number;
  readonly random: Random;
  readonly beginMs: number;
  readonly inForce: InForce;
  /** Moments of the log that are taken, where two records of one moment cannot be. */
  readonly taken: Set<number> | undefined;
  /** Longest grace that the world has time for, ms. */
  readonly patienceMs: number;
}): TrueHistory {
  const { number, random, beginMs, inForce, taken, patienceMs } = of;
  const fitting = stories.filter(
    ({ plants, waitsFor = [] }) =>
      (plants.length === 0 || plants.some(isKnown)) &&
      waitsFor.every((name) => inForce.graceMs(name) <= patienceMs),
  );
  const story = random.pick(fitting);
  const key = keyOf(story, number);
  const pen = new Pen({
    ...{ key, random, beginMs, inForce, name: `h${number}` },
    ...(taken === undefined ? {} : { taken }),
  });
  story.tell(pen);
  const opened = openedBy(pen);
  const canHaveFact = opened !== undefined && !story.name.includes('nobody can read');
  if (canHaveFact && random.chance(factChance)) {
    const { untilMs } = pen.written();
    pen.goTo(opened.atMs + 1 + random.int(untilMs - opened.atMs + 3_000));
    tellFact(opened.deal);
  }
  const { planted } = pen.written();
  const isSpokenOf = planted.length > 0 && random.chance(wordsChance);
  const words = isSpokenOf ? tellWords(pen, random.pick(planted)) : [];
  const written = pen.written();
  return {
    ...{ number, key, story: story.name, planted, words, untilMs: written.untilMs },
    told: [...written.told].sort((a, b) => a.atMs - b.atMs),
  };
}

function keyOf({ about }: Story, number: number): string {
  switch (about) {
    case 'order':
      return `main/T${number}`;
    case 'endpoint':
      return `main/ep_${number}`;
    case 'channel':
      return `platform/channel.T${number}`;
    case 'number':
      return `platform/payment.PAY${number}`;
    case 'item':
      return `main/sku-${number}`;
    case 'account':
      return `main/${1_000 + number}.1`;
  }
}
