import type { RuleChange } from '@plumbline/consistency-alerts';
import { wrongChange } from '@plumbline/consistency-alerts';
import type { ReadOnlyLog } from '@plumbline/kafka';
import { durationOption, durationText } from '../format/duration.ts';
import { ruleCalled, valueOption } from '../format/rule-option.ts';
import { timeOption } from '../format/time-option.ts';
import { appendTimeAt, placeIn } from '../read/place.ts';
import { usageFailure } from '../session/failure.ts';
import { verdicts, type Verdict } from './compare-alerts.ts';
import type { Window } from './raised-alerts.ts';
import type { Sample } from './run-what-if.ts';

/** Which rules, by their names with commas; null for all. */
export function rulesOption(text: string | undefined): ReadonlySet<string> | null {
  return text === undefined ? null : new Set(namesIn(text).map((name) => ruleCalled(name).id));
}

export interface ChangeOptions {
  readonly set?: readonly string[];
  readonly activate?: string;
  readonly disable?: string;
}

/** The words of `rules set`, for several rules at once: `A.grace=30s`, `M.unknownGraceMs=5m`. */
export function changesOption(
  options: ChangeOptions,
  only: ReadonlySet<string> | null,
): readonly RuleChange[] {
  const changes = new Map<string, RuleChange>();
  const change = (rule: string, more: Partial<RuleChange>): void => {
    changes.set(rule, { ...changes.get(rule), rule, ...more });
  };
  const switches = { activate: namesIn(options.activate), disable: namesIn(options.disable) };
  const both = switches.activate.find((name) => switches.disable.includes(name));
  if (both !== undefined) throw usageFailure(`rule ${both} is activated and disabled at once`);
  for (const name of switches.activate) change(ruleCalled(name).id, { enabled: true });
  for (const name of switches.disable) change(ruleCalled(name).id, { enabled: false });
  for (const text of options.set ?? []) {
    const { id, parameter, rest } = settingIn(text, only);
    const rule = ruleCalled(id);
    const before = changes.get(id);
    if (parameter === 'grace') {
      if (before?.graceMs !== undefined) throw usageFailure(`the grace of rule ${id} is set twice`);
      change(id, { graceMs: durationOption(rest, `--set ${id}.grace`) });
      continue;
    }
    const [name, value] = valueOption(rule, `${parameter}=${rest}`);
    change(id, { values: [...(before?.values ?? []), { name, value }] });
  }
  const all = [...changes.values()];
  const wrong = wrongChange(all);
  if (wrong !== null) throw usageFailure(wrong);
  return all;
}

function settingIn(text: string, only: ReadonlySet<string> | null) {
  const [, id, parameter, rest] = /^(?:([^.=]+)\.)?([^.=]+)=(.*)$/.exec(text) ?? [];
  if (parameter === undefined || rest === undefined)
    throw usageFailure(`--set is rule.parameter=value, such as A.grace=30s, not "${text}"`);
  const [first] = only ?? [];
  if (id !== undefined) return { id, parameter, rest };
  if (first !== undefined && only?.size === 1) return { id: first, parameter, rest };
  throw usageFailure(`of which rule? --set A.${text}, or one rule with --rules`);
}

const namesIn = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').map((name) => name.trim());

/** `1/10`; null for all. */
export function sampleOption(text: string | undefined): Sample | null {
  if (text === undefined) return null;
  const [, part = '', of = ''] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const sample = { part: Number(part), of: Number(of) };
  if (sample.part >= 1 && sample.part <= sample.of) return sample;
  throw usageFailure(`--sample is a part of all keys such as 1/10, not "${text}"`);
}

export function listOption(text: string): ReadonlySet<Verdict> {
  if (text === 'none') return new Set();
  return new Set(
    namesIn(text).map((name) => {
      const known = verdicts.find((verdict) => verdict === name);
      if (known !== undefined) return known;
      throw usageFailure(`--list is some of ${verdicts.join(', ')} with commas, or none`);
    }),
  );
}

/** How a change is said, in the words in which it is asked for. */
export function changeText({ rule, enabled, graceMs, values = [] }: RuleChange): string {
  return [
    ...(enabled === undefined ? [] : [`${rule} ${enabled ? 'on' : 'off'}`]),
    ...(graceMs === undefined ? [] : [`${rule}.grace=${durationText(graceMs)}`]),
    ...values.map(({ name, value }) => `${rule}.${name}=${durationText(value)}`),
  ].join(' ');
}

/** From the beginning of the log to `nowMs` unless given. */
export async function windowOption(
  log: ReadOnlyLog,
  options: { readonly from?: string; readonly to?: string },
  nowMs: number,
): Promise<Window> {
  const fromMs = await momentOption(log, options.from, '--from');
  const toMs = await momentOption(log, options.to, '--to');
  const window = { fromMs: fromMs ?? 0, toMs: toMs ?? nowMs };
  if (window.fromMs < window.toMs) return window;
  throw usageFailure(
    `the window ends before it begins: --from ${isoOf(window.fromMs)}, --to ${isoOf(window.toMs)}`,
  );
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();

/** A time, or when the record at a place was appended: `payments.events.v1-2@1500`. */
export async function momentOption(
  log: ReadOnlyLog,
  text: string | undefined,
  name: string,
): Promise<number | null> {
  const at = placeIn(text ?? '');
  if (at !== null) return appendTimeAt(log, at, name);
  const time = timeOption(text, name);
  return time === undefined ? null : Date.parse(time);
}
