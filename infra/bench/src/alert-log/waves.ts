import type { HistoryKind, Mix } from './histories.ts';
import { kindOf, stepsPerHistory } from './histories.ts';

/** One order's course, by numbers only. */
export interface Course {
  readonly index: number;
  readonly kind: HistoryKind;
  /** Which of the keys. */
  readonly keyIndex: number;
  /** How many courses that key has had before. */
  readonly round: number;
  /** Fewer than all for the last one, so that the records come to the number asked for. */
  readonly steps: number;
}

export interface LogPlan {
  readonly records: number;
  readonly keys: number;
  readonly mix: Mix;
  /** Orders that begin in one wave. */
  readonly coursesPerWave: number;
  /** Whether each key has an order already (`writePrefill`). */
  readonly prefilled: boolean;
  /** Events of each course; those of a log of orders and payments if unset. */
  readonly stepsPerCourse?: number;
}

export interface PlannedStep {
  readonly course: Course;
  readonly step: number;
}

export const coursesOf = ({
  records,
  stepsPerCourse = stepsPerHistory,
}: Pick<LogPlan, 'records' | 'stepsPerCourse'>): number => Math.ceil(records / stepsPerCourse);

/** A key must have ended its course before it begins the next. */
export const keysMin = (coursesPerWave: number): number => coursesPerWave * stepsPerHistory;

/** Prime, so that courses which follow one another have keys far apart, and each key its turn. */
const stride = 7_919;

export function courseOf(index: number, plan: LogPlan): Course {
  const { stepsPerCourse = stepsPerHistory } = plan;
  const last = coursesOf(plan) - 1;
  const rest = plan.records - last * stepsPerCourse;
  return {
    index,
    kind: kindOf(index, plan.mix),
    keyIndex: (index * stride) % plan.keys,
    round: Math.floor(index / plan.keys) + (plan.prefilled ? 1 : 0),
    steps: index === last ? rest : stepsPerCourse,
  };
}

/**
 * The records in the order of writing. Wave n begins new orders, and brings the second event of those
 * of wave n - 1, the third of those of wave n - 2, and so on: the two topics are interleaved as they
 * are in production, and no order has two events in one wave, where they could have the same append
 * time. What is first among equals is not the same everywhere.
 */
export function* wavesOf(plan: LogPlan): Generator<readonly PlannedStep[]> {
  const { stepsPerCourse = stepsPerHistory } = plan;
  const courses = coursesOf(plan);
  const blocks = Math.ceil(courses / plan.coursesPerWave);
  const underWay: Course[][] = [];
  for (let wave = 0; wave < blocks + stepsPerCourse - 1; wave += 1) {
    const begin = wave * plan.coursesPerWave;
    const size = Math.max(0, Math.min(plan.coursesPerWave, courses - begin));
    underWay.unshift(Array.from({ length: size }, (_, n) => courseOf(begin + n, plan)));
    underWay.length = Math.min(underWay.length, stepsPerCourse);
    const planned = underWay.flatMap((block, step) =>
      block.filter((course) => step < course.steps).map((course) => ({ course, step })),
    );
    if (planned.length > 0) yield planned;
  }
}
