import type { CallbackRecord, Misbehaved } from '../books/records.ts';
import type { CallbackMessage, Dialect, Lie, Notice } from '../dialects/dialect.ts';
import { oppositeOf } from '../dialects/dialect.ts';
import * as limits from '../limits.ts';
import type { Rule } from '../misbehaviour/rule.ts';

export interface CallbackPlan {
  readonly dialect: Dialect;
  readonly notice: Notice;
  readonly url: string;
  /** What goes wrong with it, if anything. */
  readonly rule: Rule | null;
  /** Of the first of the callbacks. */
  readonly sequence: number;
}

export const misbehavedBy = (rule: Rule | null): Misbehaved | null =>
  rule && { ruleId: rule.id, what: nameOf(rule), on: rule.on };

const nameOf = (rule: Rule): string =>
  rule.what === 'garble' ? `garble ${rule.garble}` : rule.what;

/**
 * What is sent about one change: one callback, one that says the opposite behind it, or none at all
 * if the gateway has nothing to say about it. What is sent again is the same to the byte, as
 * receivers know repeats by their content.
 */
export function planCallbacks(plan: CallbackPlan): readonly CallbackRecord[] {
  const { dialect, notice, rule } = plan;
  const message = dialect.callback(notice, lieOf(rule));
  if (!message) return [];
  const first = callbackOf(plan, notice, message);
  if (rule?.what === 'lose') return [{ ...first, state: 'lost' }];
  if (rule?.what === 'delay') return [{ ...first, delayMs: rule.ms ?? limits.lateMs }];
  if (rule?.what === 'repeat') return [{ ...first, copies: rule.copies }];
  if (rule?.what === 'reorder')
    return [{ ...first, afterNext: true, delayMs: rule.ms ?? limits.reorderMs }];
  if (rule?.what === 'garble') {
    const body = rule.garble === 'body' ? cut(first.body) : first.body;
    return [{ ...first, truth: 'garbled', body }];
  }
  if (rule?.what !== 'contradict') return [first];
  const opposite = oppositeOf(notice);
  const lie = dialect.callback(opposite, null);
  if (!lie) return [first];
  const second = callbackOf({ ...plan, sequence: plan.sequence + 1 }, opposite, lie);
  return [first, { ...second, truth: 'contradicts', delayMs: rule.ms ?? 0 }];
}

const lieOf = (rule: Rule | null): Lie =>
  rule?.what === 'garble' && rule.garble !== 'body' ? rule.garble : null;

/** Half of it, in whole characters. */
export const cut = (body: string): string => body.slice(0, Math.floor(body.length / 2));

const callbackOf = (
  { dialect, url, rule, sequence }: CallbackPlan,
  { about, payment, refund, nowMs }: Notice,
  { headers, body }: CallbackMessage,
): CallbackRecord => ({
  ...{ id: `cb-${sequence}`, sequence, gateway: dialect.gateway, reference: payment.reference },
  ...{ refundReference: refund?.refundReference ?? null, about, truth: 'right' },
  ...{ url, headers, body, plannedAtMs: nowMs },
  ...{ delayMs: 0, copies: 1, afterNext: false, attempts: [], state: 'waiting' },
  misbehaved: misbehavedBy(rule),
});
