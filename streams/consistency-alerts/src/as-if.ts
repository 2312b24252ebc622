import type { RuleValue } from '@plumbline/events';
import type { KeyValueStore, Processor, ProcessorContext, Topology } from '@plumbline/runtime';
import type { ActiveParameters, SetParameters } from './rules/parameters.ts';
import { activate, asSaid, defaultParameters } from './rules/parameters.ts';
import { rules } from './rules/rules.ts';
import { parametersKey, parametersStore } from './stores.ts';
import { consistencyAlerts } from './topology.ts';

/** What of one rule is to be otherwise than it was; what is left out stays as it was at the time. */
export interface RuleChange {
  readonly rule: string;
  readonly enabled?: boolean;
  readonly graceMs?: number;
  readonly values?: readonly RuleValue[];
}

export interface AsIf {
  readonly changes: readonly RuleChange[];
  /** Broker time from which they hold, epoch ms. */
  readonly fromMs: number;
}

/**
 * The alerts as they would have been under other parameters. Up to `fromMs` rules are as they were
 * set at the time; from then on the changes lie over whatever was set, before and later. A watch that
 * had begun keeps its deadline, as it does when parameters are set by record.
 *
 * For replays only: a live task whose parameters stand in no topic could not be repeated.
 */
export function alertsAsIf({ changes, fromMs }: AsIf): Topology {
  if (changes.length === 0) return consistencyAlerts;
  return {
    ...consistencyAlerts,
    createProcessor(task) {
      const processor = consistencyAlerts.createProcessor(task);
      const changed = createChangedParameters(changes);
      // A task has one context, whose time moves.
      let known: { readonly of: ProcessorContext; readonly seen: ProcessorContext } | null = null;
      const seenBy = (context: ProcessorContext): ProcessorContext => {
        if (context.nowMs < fromMs) return context;
        if (known?.of !== context) known = { of: context, seen: withParameters(context, changed) };
        return known.seen;
      };
      return {
        onRecord: (record, context) => processor.onRecord(record, seenBy(context)),
        onTimer: (timer, context) => processor.onTimer(timer, seenBy(context)),
      } satisfies Processor;
    },
  };
}

/** Why changes are none that could be set by record; `null` when they are. */
export function wrongChange(changes: readonly RuleChange[]): string | null {
  const asked = withChanges(defaultParameters, changes).rules.map(asSaid);
  const unknown = changes.find(({ rule }) => !rules.some(({ id }) => id === rule));
  if (unknown !== undefined) return `no rule is called ${unknown.rule}`;
  const result = activate(defaultParameters, { rules: asked, reason: '' }, '');
  return 'code' in result ? result.message : null;
}

type Changed = (parameters: ActiveParameters | undefined) => ActiveParameters;

/** The same object for the same parameters: what is made of them is remembered by it. */
function createChangedParameters(changes: readonly RuleChange[]): Changed {
  const made = new WeakMap<ActiveParameters, ActiveParameters>();
  return (parameters = defaultParameters) => {
    const known = made.get(parameters);
    if (known !== undefined) return known;
    const changed = withChanges(parameters, changes);
    made.set(parameters, changed);
    return changed;
  };
}

function withChanges(
  parameters: ActiveParameters,
  changes: readonly RuleChange[],
): ActiveParameters {
  const set = new Map(parameters.rules.map((each) => [each.rule, each]));
  for (const change of changes) {
    const before = set.get(change.rule) ?? asBegun(change.rule);
    set.set(change.rule, changedBy(before, change));
  }
  return { ...parameters, rules: [...set.values()] };
}

function asBegun(id: string): SetParameters {
  const rule = rules.find((each) => each.id === id);
  return { rule: id, version: rule?.version ?? 0, enabled: true, graceMs: null, values: [] };
}

function changedBy(before: SetParameters, change: RuleChange): SetParameters {
  const values = new Map((before.values ?? []).map(({ name, value }) => [name, value]));
  for (const { name, value } of change.values ?? []) values.set(name, value);
  return {
    ...before,
    enabled: change.enabled ?? before.enabled,
    graceMs: change.graceMs ?? before.graceMs,
    values: [...values].map(([name, value]) => ({ name, value })),
  };
}

/** The context at hand, with other parameters in it. */
function withParameters(context: ProcessorContext, changed: Changed): ProcessorContext {
  const inner = context.store<ActiveParameters>(parametersStore);
  const parameters: KeyValueStore<ActiveParameters> = {
    get: (key) => (key === parametersKey ? changed(inner.get(key)) : inner.get(key)),
    set: (key, value) => inner.set(key, value),
    delete: (key) => inner.delete(key),
  };
  return {
    task: context.task,
    timers: context.timers,
    get nowMs() {
      return context.nowMs;
    },
    get offset() {
      return context.offset;
    },
    store: <V>(name: string) =>
      // The store's values are of the type that its topology writes into it.
      name === parametersStore
        ? (parameters as unknown as KeyValueStore<V>)
        : context.store<V>(name),
    encode: (topic, payload) => context.encode(topic, payload),
    emit: (message) => context.emit(message),
  };
}
