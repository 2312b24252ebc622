import { checkers } from '../checkers/checkers.ts';
import type { Finding } from '../checkers/checkers.ts';
import type { Reduction } from '../plan/reduction.ts';
import { formatReduction } from '../plan/reduction.ts';
import type { Hunted } from './hunt-mutants.ts';
import type { Totals } from './tally-up.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en-GB');

/** One line, again and again. */
export function progressLine(
  totals: Totals,
  of: { readonly elapsedMs: number; readonly seeds: number; readonly timeMs: number | null },
): string {
  const perSecond = totals.seeds / (of.elapsedMs / 1_000);
  const bySeeds = ((of.seeds - totals.seeds) / perSecond) * 1_000;
  const byTime = of.timeMs === null ? Infinity : of.timeMs - of.elapsedMs;
  const leftMs = Math.max(0, Math.min(bySeeds, byTime));
  const target = Number.isFinite(of.seeds) ? ` of ${number(of.seeds)}` : '';
  return (
    `${number(totals.seeds)}${target} seeds, ${perSecond.toFixed(1)}/s, ` +
    `${number(totals.virtualMs / 60_000)} virtual minutes, ${totals.failed.length} failed, ` +
    `${Math.ceil(leftMs / 1_000)} s left`
  );
}

export function summary(totals: Totals, elapsedMs: number): string {
  const faults = Object.entries(totals.faults).map(
    ([kind, seeds]) => `    ${kind}: ${number(seeds)}`,
  );
  const reached = Object.entries(totals.sometimes).map(
    ([name, times]) => `    ${name}: ${number(times)}`,
  );
  return [
    `${number(totals.seeds)} seeds, ${number(totals.histories)} different histories, ` +
      `${(elapsedMs / 1_000).toFixed(0)} s, ${(totals.virtualMs / 3_600_000).toFixed(1)} virtual hours`,
    `  ${number(totals.commands)} commands, ${number(totals.records)} committed records read, ` +
      `${number(totals.steps)} steps`,
    `  ${totals.repeated} seeds run twice, ${totals.different.length} of them with another history`,
    '  seeds with each kind of fault:',
    ...faults,
    '  rare states, and how often they were reached:',
    ...reached,
    `  ${checkers.length} checkers, ${totals.failed.length} seeds with a violation`,
  ].join('\n');
}

export const findingLines = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ invariant, checker, what }) => `  ${invariant} ${checker}: ${what}`);

/** The exact command that runs a seed again. */
export function rerunCommand(of: {
  readonly seed: number;
  readonly reduction: Reduction;
  readonly mutant?: string | null;
}): string {
  const reduce = formatReduction(of.reduction);
  return [
    `npm run simulate -- --seed ${of.seed} --trace`,
    ...((of.mutant ?? null) === null ? [] : [`--mutant ${of.mutant ?? ''}`]),
    ...(reduce === '' ? [] : [`--reduce '${reduce}'`]),
  ].join(' ');
}

export function huntedLine({ mutant, what, caughtAt, seeds, by }: Hunted): string {
  const verdict = caughtAt === null ? `NOT FOUND in ${seeds} seeds` : `found after ${seeds}`;
  const found = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return `  ${mutant.padEnd(27)}${verdict}${found}\n${' '.repeat(29)}(${what})`;
}
