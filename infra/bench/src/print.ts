import type { Machine } from './machine.ts';
import type { LatencyResult } from './measure/latency.ts';
import type { StartResult } from './measure/start.ts';
import { tableOf } from './print-tables.ts';
import type { Result } from './save.ts';

export const machineLines = (m: Machine): string =>
  [
    `machine   ${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.system}, load ${m.loadBefore}`,
    `versions  Node ${m.node}, Java ${m.java}`,
    `commit    ${m.commit}${m.changed ? ' with changes' : ''}, ${m.at}`,
    '',
  ].join('\n');

/** Prints results as they come, and the head of a table before the first of its rows. */
export function resultPrinter(write: (line: string) => void): (result: Result) => void {
  let before: Result['part'] | null = null;
  return (result) => {
    if (result.part === 'latency' || result.part === 'start') {
      write(resultLine(result));
    } else {
      const { head, row } = tableOf(result);
      if (before !== result.part) write(`\n${result.part}\n${head}`);
      write(row);
    }
    before = result.part;
  };
}

/** One line a result. */
export function resultLine(result: LatencyResult | StartResult): string {
  if (result.part === 'start') {
    const { kind, readyMs, firstPaidMs } = result;
    return `${kind} start: ready after ${seconds(readyMs)}, first order PAID after ${seconds(firstPaidMs)}`;
  }
  const { call, perSecond, sent, succeeded } = result;
  const errors = Object.entries(result.errors).map(([word, count]) => `${count} × ${word}`);
  return [
    `${call.padEnd(15)}${String(perSecond).padStart(5)}/s`,
    `p50 ${ms(result.p50Ms)}   p90 ${ms(result.p90Ms)}   p99 ${ms(result.p99Ms)}`,
    `max ${ms(result.maxMs)}   ${succeeded} of ${sent} answered 200`,
    `errors ${errors.length === 0 ? 'none' : errors.join(', ')}`,
    `generator late p99 ${ms(result.generatorLateP99Ms)}`,
  ].join('   ');
}

const ms = (value: number | null): string =>
  value === null ? '-' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;

const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;

/** The middle one of an odd number, the lower middle of an even one. */
export const medianOf = (values: readonly number[]): number | null =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null;
