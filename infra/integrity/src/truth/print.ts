import type { AlertsEvent } from '@plumbline/events';
import type { Mistake } from './compare.ts';
import type { TrueHistory } from './history.ts';
import type { CaughtMutant } from './hunt-mutants.ts';
import type { Said } from './run-world.ts';
import type { RuleTotals, Totals } from './tally.ts';
import { lifeOf, stepOf } from './words.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en-GB');
const ms = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));

const head = ['rule', 'expected', 'raised', 'missed', 'false', 'late', 'ended', 'p50 ms', 'p99 ms'];

/** The table of a run, one line a rule. */
export function table(totals: Totals, only: string | null): string {
  const rows = Object.entries(totals.rules)
    .filter(([rule]) => only === null || rule === only)
    .map(([rule, count]) => rowOf(rule, count));
  const all = only === null ? [rowOf('all', totals.all)] : [];
  return [head, ...rows, ...all].map(columns).join('\n');
}

const rowOf = (name: string, of: RuleTotals): readonly string[] => [
  ...[name, number(of.expected), number(of.raised), number(of.missed), number(of.false)],
  ...[number(of.late), `${number(of.ended)} of ${number(of.ending)}`, ms(of.p50Ms), ms(of.p99Ms)],
];

const columns = (cells: readonly string[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(5) : cell.padStart(at === 6 ? 18 : 10))).join('');

export function summary(totals: Totals, seconds: number): string {
  const { kinds, all } = totals;
  const worlds = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${number(totals.histories)} histories (${number(totals.clean)} with nothing wrong), ` +
      `${number(totals.records)} records, ${number(totals.words)} of them what people said of alerts, ` +
      `${totals.worlds} worlds (${worlds.join(', ')}), ` +
      `${(totals.virtualMs / 3_600_000).toFixed(1)} virtual hours, ${seconds} s`,
    `recall ${percent(totals.recall)}, precision ${percent(totals.precision)}, of A to C ` +
      `${percent(totals.precisionOfContract)}; after a replay from zero ` +
      (totals.different.length === 0 ? 'the same to the byte' : 'SOMETHING ELSE'),
    `lateness of ${number(all.timed)} alerts: p50 ${ms(all.p50Ms)} ms, p99 ${ms(all.p99Ms)} ms, ` +
      `at most ${ms(all.maxMs)} ms; ${number(all.heldUp)} more were held up by a fault`,
  ].join('\n');
}

const percent = (value: number): string => `${Number(value.toFixed(4))} %`;

export function mistakeLine({ rule, kind, history, what }: Mistake): string {
  return `  rule ${rule}, ${kind}, history ${history}: ${what}`;
}

/** The exact command that shows a history again. */
export const showCommand = (of: {
  readonly history: number;
  readonly seed: number;
  readonly histories: number;
  readonly mutant: string | null;
}): string =>
  [
    `npm run alerts:truth -- --histories ${of.histories} --seed ${of.seed}`,
    `--history ${of.history} --trace`,
    ...(of.mutant === null ? [] : [`--mutant '${of.mutant}'`]),
  ].join(' ');

/** All that is known of one history. Times are ms since its first event. */
export function traceOf(history: TrueHistory, said: readonly Said[]): string {
  const from = history.told[0]?.atMs ?? 0;
  const at = (timeMs: number): string => `${timeMs - from}`.padStart(9);
  const since = (text: string): string => text.replace(/\d{13}/g, (ms) => `${Number(ms) - from}`);
  return [
    `history ${history.number}, ${history.key}: ${history.story}`,
    'what happened',
    ...history.told.map(
      ({ atMs, id, payload }) => `${at(atMs)}  ${id}  ${payload?.type ?? 'unreadable'}`,
    ),
    'what is expected',
    ...history.planted.map((planted) => {
      const { rule, dueMs, severity, alertId } = planted;
      const life = lifeOf(planted, history.words).map(since);
      return [`${at(dueMs)}  ${rule} ${severity} ${alertId}`, ...life].join(', ');
    }),
    'what was said',
    ...said.map((each) => `${since(toldOf(each.event))}${outAt(each, from)}`),
  ].join('\n');
}

const outAt = ({ atMs }: Said, from: number): string =>
  atMs === null ? '' : ` (out at ${atMs - from})`;

function toldOf(event: AlertsEvent): string {
  const { type, data } = event;
  if (type === 'AlertRaised')
    return `  ${data.rule} ${data.severity} ${data.alertId} at ${data.detectedAt}, ${data.summary}`;
  const step = stepOf(event);
  return step === null ? `  ${type}` : `  ${step.alertId} ${step.text}`;
}

export function caughtLine({ mutant, what, histories, by }: CaughtMutant): string {
  const verdict =
    by.length === 0 ? `NOT CAUGHT in ${histories} histories` : `caught in ${histories} histories`;
  const how = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return `  ${mutant.padEnd(10)} ${verdict}${how} (${what})`;
}
