import type { Gateway } from '../books/payment.ts';
import { draw } from './draw.ts';
import type { Garble, Occasion, Rule } from './rule.ts';

export interface Moment {
  readonly gateway: Gateway;
  /** `null` where a call names no payment that is known. */
  readonly reference: string | null;
  readonly on: Occasion;
  /** How many calls or callbacks of this kind there were for this reference before. */
  readonly counter: number;
  /** What of this gateway's message on this occasion can be garbled. */
  readonly canGarble: readonly Garble[];
  /** How often each rule has fired for this reference, by its id; none for those that have not. */
  readonly fired: ReadonlyMap<string, number>;
}

/**
 * What a gateway does wrong now: the first rule that fits and fires, or nothing. Pure, and drawn by
 * reference and counter: what happens to one payment does not depend on the order of others.
 */
export function decideMisbehaviour(
  rules: readonly Rule[],
  seed: string,
  moment: Moment,
): Rule | null {
  return rules.find((rule) => fits(rule, moment) && fires(rule, seed, moment)) ?? null;
}

function fits(rule: Rule, moment: Moment): boolean {
  if (rule.on !== moment.on) return false;
  if (rule.gateway !== null && rule.gateway !== moment.gateway) return false;
  if (rule.reference !== null && rule.reference !== moment.reference) return false;
  return rule.what !== 'garble' || moment.canGarble.includes(rule.garble);
}

function fires(rule: Rule, seed: string, moment: Moment): boolean {
  if (rule.times !== null && (moment.fired.get(rule.id) ?? 0) >= rule.times) return false;
  const { gateway, reference, on, counter } = moment;
  return draw(seed, [rule.id, gateway, reference ?? '', on, counter]) < rule.probability;
}
