import { derivedUuid, slotOf } from '@plumbline/kernel';

/** One thing that the alerts topic must say. */
export interface ExpectedAlert {
  readonly kind: 'raised' | 'resolved';
  readonly alertId: string;
  readonly key: string;
  readonly rule: string;
  /** Broker time at which it is known. */
  readonly atMs: number;
}

export interface Watch {
  readonly rule: string;
  readonly triggerId: string;
  readonly deadlineMs: number;
  open: boolean;
}

/** What is set, by rule. */
export interface Rules {
  readonly enabled: Map<string, boolean>;
  readonly graceMs: Map<string, number>;
  /** What else is set, by rule and name. */
  readonly values: Map<string, number>;
  readonly seen: string[];
}

export function begun(rules: Rules, rule: string, timeMs: number, triggerId: string): Watch | null {
  if (rules.enabled.get(rule) !== true) return null;
  return { rule, triggerId, deadlineMs: timeMs + (rules.graceMs.get(rule) ?? 0), open: false };
}

export const said = (
  kind: 'raised' | 'resolved',
  key: string,
  { rule, triggerId }: Watch,
  atMs: number,
): ExpectedAlert => ({
  ...{ kind, key, rule, atMs },
  // docs/formats.md: an alert's id is derived from rule, routing key and the triggering event.
  alertId: derivedUuid(slotOf(key), 'alert', rule, key, triggerId),
});
