import type { AlertRaised } from '@plumbline/events';
import { NameCounts } from '../simulation/campaign/name-counts.ts';
import type { TrueHistory } from './history.ts';
import { lateMs } from './limits.ts';
import type { Said, Seen } from './run-world.ts';
import type { Planted } from './story.ts';
import { isOfLog, lifeOf, stepOf } from './words.ts';
import type { TrueWorld } from './world.ts';

export type MistakeKind = 'missed' | 'false' | 'late' | 'end' | 'life' | 'told';

/** One thing that is not as the truth has it. */
export interface Mistake {
  readonly kind: MistakeKind;
  readonly rule: string;
  readonly history: number;
  readonly what: string;
}

/** Of one rule, in one world or in all. */
export interface RuleCount {
  readonly expected: number;
  readonly raised: number;
  readonly missed: number;
  readonly false: number;
  readonly late: number;
  /** Of those that had to end. */
  readonly ending: number;
  readonly ended: number;
  /** Held up by a fault, and out since; they count as raised, and not as late. */
  readonly heldUp: number;
  /** After the deadline, where no fault held it up, ms. */
  readonly latenessMs: readonly number[];
}

/** What came of one world. Plain data: it crosses from workers. */
export interface WorldResult {
  readonly index: number;
  readonly kind: TrueWorld['kind'];
  readonly histories: number;
  /** Those in which nothing was planted. */
  readonly clean: number;
  readonly records: number;
  /** What people said of alerts. */
  readonly words: number;
  readonly virtualMs: number;
  readonly rules: Readonly<Record<string, RuleCount>>;
  readonly stories: Readonly<Record<string, number>>;
  readonly mistakes: readonly Mistake[];
  /** Otherwise in a replay from zero. */
  readonly differences: readonly string[];
}

interface Raised {
  readonly said: Said;
  readonly data: AlertRaised;
  /** What the log said of it afterwards. */
  readonly steps: string[];
}

/** The same while it is counted. */
type Counting = { -readonly [Name in Exclude<keyof RuleCount, 'latenessMs'>]: number } & {
  readonly latenessMs: number[];
};

/** Alert by alert, by their ids: what the truth has, and what was said. */
export function compare(world: TrueWorld, seen: Seen): WorldResult {
  const counts = new Map<string, Counting>();
  const mistakes: Mistake[] = [];
  const countOf = (rule: string): Counting => {
    const known = counts.get(rule) ?? {
      ...{ expected: 0, raised: 0, missed: 0, false: 0, late: 0, ending: 0, ended: 0, heldUp: 0 },
      latenessMs: [],
    };
    counts.set(rule, known);
    return known;
  };
  const byKey = saidByKey(seen.said);
  for (const history of world.histories) {
    const said = byKey.get(history.key) ?? [];
    compareHistory({ history, said, seen, countOf, mistakes });
  }
  return {
    ...{ index: world.index, kind: world.kind, mistakes, virtualMs: seen.virtualMs },
    histories: world.histories.length,
    clean: world.histories.filter(({ planted }) => planted.length === 0).length,
    records: world.histories.reduce((sum, { told }) => sum + told.length, 0),
    words: world.histories.reduce((sum, { words }) => sum + words.length, 0),
    rules: Object.fromEntries(counts),
    stories: storiesOf(world),
    differences: seen.differences,
  };
}

function storiesOf({ histories }: TrueWorld): Readonly<Record<string, number>> {
  const counts = new NameCounts();
  for (const { story } of histories) counts.add(story);
  return counts.sorted();
}

function saidByKey(said: readonly Said[]): ReadonlyMap<string, readonly Said[]> {
  const byKey = new Map<string, Said[]>();
  for (const each of said) {
    const own = byKey.get(each.key) ?? [];
    own.push(each);
    byKey.set(each.key, own);
  }
  return byKey;
}

interface Step {
  readonly history: TrueHistory;
  readonly said: readonly Said[];
  readonly seen: Seen;
  readonly mistakes: Mistake[];
  readonly countOf: (rule: string) => Counting;
}

function compareHistory(step: Step): void {
  const { history, said, countOf, mistakes } = step;
  const raised = new Map<string, Raised>();
  const mistake = (kind: MistakeKind, rule: string, what: string): void =>
    void mistakes.push({ kind, rule, what, history: history.number });
  for (const each of said) {
    const { event } = each;
    const next = stepOf(event);
    if (next !== null) raised.get(next.alertId)?.steps.push(next.text);
    if (event.type !== 'AlertRaised') continue;
    const { data } = event;
    const isPlanted = history.planted.some(({ alertId }) => alertId === data.alertId);
    if (isPlanted && !raised.has(data.alertId)) {
      raised.set(data.alertId, { said: each, data, steps: [] });
      continue;
    }
    countOf(data.rule).false += 1;
    const again = isPlanted ? ' once more' : '';
    mistake('false', data.rule, `raised${again} at ${data.detectedAt}: ${data.summary}`);
  }
  for (const planted of history.planted) {
    const count = countOf(planted.rule);
    count.expected += 1;
    const found = raised.get(planted.alertId);
    if (found === undefined) {
      count.missed += 1;
      mistake('missed', planted.rule, `due at ${planted.dueMs}, and never raised`);
      continue;
    }
    count.raised += 1;
    compareRaised({ planted, found, step, count, mistake });
    compareLife({ planted, found, step, count, mistake });
  }
}

type Complain = (kind: MistakeKind, rule: string, what: string) => void;

interface Found {
  readonly planted: Planted;
  readonly found: Raised;
  readonly step: Step;
  readonly count: Counting;
  readonly mistake: Complain;
}

function compareRaised(of: Found): void {
  const { planted, found, step, count, mistake } = of;
  const { rule, dueMs, severity } = planted;
  const { data, said } = found;
  if (data.detectedAt !== dueMs)
    mistake('told', rule, `it was found at ${data.detectedAt}, and due at ${dueMs}`);
  if (data.severity !== severity)
    mistake('told', rule, `it is ${data.severity}, and should be ${severity}`);
  if (said.atMs === null) return;
  const latenessMs = said.atMs - dueMs;
  if (step.seen.held.some(({ fromMs, untilMs }) => isWithin(dueMs, said.atMs, fromMs, untilMs))) {
    count.heldUp += 1;
    return;
  }
  count.latenessMs.push(latenessMs);
  if (latenessMs <= lateMs) return;
  count.late += 1;
  mistake('late', rule, `due at ${dueMs}, and out ${latenessMs} ms later`);
}

/** The fault was between the deadline and the alert, and the alert came before it was made good. */
const isWithin = (dueMs: number, atMs: number | null, fromMs: number, untilMs: number): boolean =>
  atMs !== null && atMs >= fromMs && dueMs <= untilMs && atMs <= untilMs + lateMs;

/** Step by step what became of it: by itself, and by what people said. */
function compareLife({ planted, found, step, count, mistake }: Found): void {
  const { rule, alertId } = planted;
  const { words } = step.history;
  const expected = lifeOf(planted, words);
  const isEnding = expected.some(isOfLog);
  if (isEnding) count.ending += 1;
  if (found.steps.join() === expected.join()) {
    if (isEnding) count.ended += 1;
    return;
  }
  const inWords = (steps: readonly string[]): string => steps.join(', ') || 'it stands';
  const kind = words.some((word) => word.alertId === alertId) ? 'life' : 'end';
  mistake(kind, rule, `${inWords(found.steps)}; and not: ${inWords(expected)}`);
}
