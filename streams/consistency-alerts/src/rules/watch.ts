import type { Evidence } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type { ActiveRule } from './parameters.ts';
import type { Finding, Rule, RuleId } from './rule.ts';
import { supersededBy } from './rules.ts';
import type { JoinedView } from './view.ts';

/**
 * What is watched for one finding of one order.
 *
 *   none ──found──► pending ──grace over──► open ──not found any more──► none (resolved)
 *                      └──not found any more──► none (nothing was ever said)
 *
 * A fact that is said for good is always found again: its watch stays open.
 */
export interface Watch {
  /** The event that brought the finding about; part of the alert's id. */
  readonly trigger: Evidence;
  /** Fixed when the watch begins, by the parameters then in force. Epoch ms. */
  readonly deadlineMs: number;
  readonly ruleVersion: number;
  readonly open: boolean;
}

/**
 * By the rule's name; of a fact and of one of several conditions, the name of the rule, a slash, and
 * the id of the event or the name of the condition.
 */
export type Watches = Readonly<Record<string, Watch>>;

export type AlertChange =
  | {
      readonly kind: 'raise';
      readonly rule: Rule;
      readonly watch: Watch;
      readonly finding: Finding;
    }
  | {
      readonly kind: 'resolve';
      readonly rule: Rule;
      readonly watch: Watch;
      /** The alert that takes its place. */
      readonly successor: Successor | null;
      readonly healedBy: Evidence;
    };

export interface Successor {
  readonly rule: RuleId;
  readonly watch: Watch;
  /** Why it takes the other's place, in words for people. */
  readonly reason: string;
}

export interface Judged {
  readonly watches: Watches;
  /** Raised before resolved, so that what supersedes is there before it is named. */
  readonly changes: readonly AlertChange[];
}

/**
 * Looks at every rule after an event (`cause`), or when a grace is over (`cause` null). A pure
 * function of the log: the same events at the same broker times give the same changes.
 */
export function judge(options: {
  readonly view: JoinedView;
  readonly watches: Watches;
  readonly active: readonly ActiveRule[];
  readonly nowMs: number;
  readonly cause: Evidence | null;
}): Judged {
  const { view, nowMs, cause } = options;
  if (isQuiet(options)) return { watches: options.watches, changes: [] };
  const watches = new Map(Object.entries(options.watches));
  const held = namesByRule(options.watches);
  const raised: Raised[] = [];
  const gone: { rule: Rule; watch: Watch; healedBy: Evidence }[] = [];
  for (const active of options.active) {
    const { rule } = active;
    // What is off begins nothing; it is asked only while something of it stands.
    if (!active.enabled && !held.has(rule.id)) continue;
    const findings = rule.find(view);
    if (findings.length === 0 && !held.has(rule.id)) continue;
    const found = new Map(findings.map((finding) => [nameOf(rule, finding), finding]));
    for (const name of held.get(rule.id) ?? []) {
      const watch = watches.get(name);
      if (watch === undefined || found.has(name)) continue;
      watches.delete(name);
      if (watch.open && cause !== null) gone.push({ rule, watch, healedBy: cause });
    }
    for (const [name, finding] of found) {
      const watch = watches.get(name) ?? begin(active, finding, cause);
      if (watch === null || watch.open) continue;
      const due = watch.deadlineMs <= nowMs;
      watches.set(name, due ? { ...watch, open: true } : watch);
      if (due) raised.push({ kind: 'raise', rule, watch, finding });
    }
  }
  const resolved = gone.map((each): AlertChange => ({
    kind: 'resolve',
    ...each,
    successor: successorOf(each.rule, raised),
  }));
  return { watches: Object.fromEntries(watches), changes: [...raised, ...resolved] };
}

function namesByRule(watches: Watches): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const name in watches) {
    const rule = ruleOf(name);
    const known = names.get(rule);
    if (known === undefined) names.set(rule, [name]);
    else known.push(name);
  }
  return names;
}

type Raised = Extract<AlertChange, { readonly kind: 'raise' }>;

/** By which it is watched. */
export function nameOf({ id }: Rule, { saidBy, condition }: Finding): string {
  const part = condition ?? saidBy?.eventId;
  return part === undefined ? id : `${id}/${part}`;
}

/** The rule of a watch, by the watch's name. */
export const ruleOf = (name: string): string => name.split('/', 1)[0] ?? name;

function successorOf({ id }: Rule, raised: readonly Raised[]): Successor | null {
  for (const { by, reason } of supersededBy[id] ?? []) {
    const over = raised.find(({ rule }) => rule.id === by);
    if (over !== undefined) return { rule: by, watch: over.watch, reason };
  }
  return null;
}

/** Most events of most orders: nothing is watched, and nothing is wrong. */
export function isQuiet(options: {
  readonly view: JoinedView;
  readonly watches: Watches;
  readonly active: readonly ActiveRule[];
}): boolean {
  const { view, watches, active } = options;
  for (const _id in watches) return false;
  return !active.some(({ rule, enabled }) => enabled && rule.find(view).length > 0);
}

/**
 * Judging would change nothing. Of one order that is rarely worth a question; an account has
 * hundreds of alerts and thousands of orders, of which each event would write all of them again.
 */
export function isSettled(options: Parameters<typeof judge>[0]): boolean {
  const { watches, changes } = judge(options);
  // While the view stands no watch goes, so that the same number are the same.
  return changes.length === 0 && countOf(watches) === countOf(options.watches);
}

const countOf = (watches: Watches): number => Object.keys(watches).length;

/** A watch begins only with an event; without one nothing can have changed. */
function begin(active: ActiveRule, finding: Finding, cause: Evidence | null): Watch | null {
  if (!active.enabled || cause === null) return null;
  const trigger = finding.saidBy ?? cause;
  const deadlineMs = (finding.sinceMs ?? trigger.time) + graceMsOf(active, finding);
  return { trigger, deadlineMs, ruleVersion: active.rule.version, open: false };
}

function graceMsOf({ rule, graceMs, values }: ActiveRule, { grace }: Finding): number {
  if (grace === undefined) return graceMs;
  const valueMs = values[grace];
  invariant(valueMs !== undefined, `rule ${rule.id} has no parameter ${grace}`);
  return valueMs;
}
