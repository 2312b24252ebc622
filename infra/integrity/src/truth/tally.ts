import { NameCounts } from '../simulation/campaign/name-counts.ts';
import type { Mistake, RuleCount, WorldResult } from './compare.ts';
import * as limits from './limits.ts';

/** Of one rule over all worlds: the lateness as a distribution. */
export type RuleTotals = Omit<RuleCount, 'latenessMs'> & {
  /** Alerts whose lateness was measured: out of worlds in which time passes, and not held up. */
  readonly timed: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
};

/** What a measurement has come to. */
export interface Totals {
  readonly worlds: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly histories: number;
  readonly clean: number;
  readonly records: number;
  /** What people said of alerts. */
  readonly words: number;
  readonly virtualMs: number;
  readonly rules: Readonly<Record<string, RuleTotals>>;
  readonly all: RuleTotals;
  /** In per cent, with every decimal there is. */
  readonly recall: number;
  readonly precision: number;
  readonly precisionOfContract: number;
  readonly stories: Readonly<Record<string, number>>;
  readonly mistakeCount: number;
  /** The first of each rule and kind. */
  readonly mistakes: readonly Mistake[];
  /** Worlds in which a replay from zero said something else. */
  readonly different: readonly { readonly world: number; readonly what: string }[];
}

const contract: readonly string[] = ['A', 'B', 'C'];

export class TruthTally {
  readonly #results: WorldResult[] = [];

  add(result: WorldResult): void {
    this.#results.push(result);
  }

  get histories(): number {
    return sum(this.#results, ({ histories }) => histories);
  }

  get mistakeCount(): number {
    return sum(this.#results, ({ mistakes, differences }) => mistakes.length + differences.length);
  }

  totals(): Totals {
    const results = [...this.#results].sort((a, b) => a.index - b.index);
    const counts = results.flatMap(({ rules }) => Object.entries(rules));
    const names = [...new Set(counts.map(([rule]) => rule))].sort();
    const rules = Object.fromEntries(
      names.map((name) => [name, totalsOf(counts.filter(([rule]) => rule === name))]),
    );
    const all = totalsOf(counts);
    const ofContract = totalsOf(counts.filter(([rule]) => contract.includes(rule)));
    const mistakes = results.flatMap((result) => result.mistakes);
    const kinds = new NameCounts();
    const stories = new NameCounts();
    for (const result of results) {
      kinds.add(result.kind);
      stories.addAll(result.stories);
    }
    return {
      worlds: results.length,
      kinds: kinds.sorted(),
      histories: this.histories,
      clean: sum(results, ({ clean }) => clean),
      records: sum(results, ({ records }) => records),
      words: sum(results, ({ words }) => words),
      virtualMs: sum(results, ({ virtualMs }) => virtualMs),
      ...{ rules, all },
      recall: share(all.raised, all.expected),
      precision: share(all.raised, all.raised + all.false),
      precisionOfContract: share(ofContract.raised, ofContract.raised + ofContract.false),
      stories: stories.sorted(),
      mistakeCount: mistakes.length,
      mistakes: firstOfEach(mistakes),
      different: results.flatMap(({ index, differences }) =>
        differences.map((what) => ({ world: index, what })),
      ),
    };
  }
}

/** What the measurement demands and did not get, in words; empty when it passed. */
export function shortcomings(totals: Totals): readonly string[] {
  const { all, recall, precision, precisionOfContract, different, mistakes } = totals;
  const kinds = new Set(mistakes.map(({ kind }) => kind));
  return [
    ...(recall < limits.recallMin ? [`${all.missed} of ${all.expected} alerts were missed`] : []),
    ...(precisionOfContract < limits.precisionOfContractMin
      ? ['an alert of rules A to C was false']
      : []),
    ...(precision < limits.precisionMin ? [`${all.false} alerts were false`] : []),
    ...(all.late > 0 ? [`${all.late} alerts were late`] : []),
    ...(all.ended < all.ending || kinds.has('end') ? ['an alert did not end as it had to'] : []),
    ...(kinds.has('life') ? ['what people said of an alert did not come of it'] : []),
    ...(kinds.has('told') ? ['an alert was told with another severity or time'] : []),
    ...(different.length > 0 ? [`${different.length} replays from zero said something else`] : []),
  ];
}

function totalsOf(counts: readonly (readonly [string, RuleCount])[]): RuleTotals {
  const of = counts.map(([, count]) => count);
  const lateness = of.flatMap(({ latenessMs }) => latenessMs).sort((a, b) => a - b);
  return {
    expected: sum(of, ({ expected }) => expected),
    raised: sum(of, ({ raised }) => raised),
    missed: sum(of, ({ missed }) => missed),
    false: sum(of, (count) => count.false),
    late: sum(of, ({ late }) => late),
    ending: sum(of, ({ ending }) => ending),
    ended: sum(of, ({ ended }) => ended),
    heldUp: sum(of, ({ heldUp }) => heldUp),
    timed: lateness.length,
    p50Ms: quantile(lateness, 0.5),
    p99Ms: quantile(lateness, 0.99),
    maxMs: lateness.at(-1) ?? null,
  };
}

/** The least of which at least so many are no greater (nearest rank). */
function quantile(sorted: readonly number[], part: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;
}

const share = (part: number, of: number): number => (of === 0 ? 100 : (part / of) * 100);

function sum<T>(list: readonly T[], valueOf: (each: T) => number): number {
  return list.reduce((total, each) => total + valueOf(each), 0);
}

function firstOfEach(mistakes: readonly Mistake[]): readonly Mistake[] {
  const seen = new Map<string, number>();
  return mistakes.filter(({ kind, rule }) => {
    const times = (seen.get(`${rule} ${kind}`) ?? 0) + 1;
    seen.set(`${rule} ${kind}`, times);
    return times <= limits.mistakesShown;
  });
}
