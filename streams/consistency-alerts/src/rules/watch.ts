import type { Evidence } from '@plumbline/events';
import type { Finding, Rule, RuleId } from './rules.ts';
import { supersededBy } from './rules.ts';
import type { JoinedView } from './view.ts';
import type { ActiveRule } from './parameters.ts';

/**
 * What is watched for one rule of one order.
 *
 *   none ──condition──► pending ──grace over──► open ──condition gone──► none (resolved)
 *                          └──condition gone──► none (nothing was ever said)
 */
export interface Watch {
  /** The event that brought the condition about; part of the alert's id. */
  readonly trigger: Evidence;
  /** Fixed when the condition begins, by the parameters then in force. Epoch ms. */
  readonly deadlineMs: number;
  readonly ruleVersion: number;
  readonly open: boolean;
}

export type Watches = Readonly<Partial<Record<RuleId, Watch>>>;

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
      readonly supersededBy: Watch | null;
      readonly healedBy: Evidence;
    };

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
  const watches = new Map(Object.entries(options.watches) as [RuleId, Watch][]);
  const raised: AlertChange[] = [];
  const gone: { rule: Rule; watch: Watch; healedBy: Evidence }[] = [];
  for (const { rule, enabled, graceMs } of options.active) {
    const watch = watches.get(rule.id);
    const finding = rule.find(view);
    if (finding === null) {
      if (watch === undefined) continue;
      watches.delete(rule.id);
      if (watch.open && cause !== null) gone.push({ rule, watch, healedBy: cause });
      continue;
    }
    const current = watch ?? (enabled ? begin(rule, graceMs, cause) : null);
    if (current === null || current.open) continue;
    const due = current.deadlineMs <= nowMs;
    watches.set(rule.id, due ? { ...current, open: true } : current);
    if (due) raised.push({ kind: 'raise', rule, watch: current, finding });
  }
  const resolved = gone.map(({ rule, watch, healedBy }): AlertChange => {
    const successor = supersededBy[rule.id];
    const over = raised.find((change) => change.rule.id === successor)?.watch ?? null;
    return { kind: 'resolve', rule, watch, supersededBy: over, healedBy };
  });
  return { watches: Object.fromEntries(watches), changes: [...raised, ...resolved] };
}

/** Most events of most orders: nothing is watched, and nothing is wrong. */
export function isQuiet(options: {
  readonly view: JoinedView;
  readonly watches: Watches;
  readonly active: readonly ActiveRule[];
}): boolean {
  const { view, watches, active } = options;
  for (const _id in watches) return false;
  for (const { rule } of active) if (rule.find(view) !== null) return false;
  return true;
}

/** A condition begins only with an event; without one nothing can have changed. */
function begin(rule: Rule, graceMs: number, cause: Evidence | null): Watch | null {
  if (cause === null) return null;
  const { version } = rule;
  return { trigger: cause, deadlineMs: cause.time + graceMs, ruleVersion: version, open: false };
}
