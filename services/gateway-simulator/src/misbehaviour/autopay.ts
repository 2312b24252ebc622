import type { Gateway } from '../books/payment.ts';
import { draw } from './draw.ts';

/** The payer of new payments: who pays, who declines, and when. */
export interface AutopayRule {
  /** `null` for any. */
  readonly gateway: Gateway | null;
  /** How many of the payments somebody pays or declines, between 0 and 1. */
  readonly probability: number;
  /** How many of those are declined, between 0 and 1. */
  readonly declineProbability: number;
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

export type AutopayDecision =
  { readonly kind: 'nothing' } | { readonly kind: 'pay' | 'decline'; readonly afterMs: number };

/** The first rule for the gateway decides. The same seed and payment give the same decision. */
export function decideAutopay(
  rules: readonly AutopayRule[],
  seed: string,
  { gateway, reference }: { readonly gateway: Gateway; readonly reference: string },
): AutopayDecision {
  const rule = rules.find((one) => one.gateway === null || one.gateway === gateway);
  if (!rule) return { kind: 'nothing' };
  const chance = (about: string): number => draw(seed, ['autopay', about, gateway, reference]);
  if (chance('whether') >= rule.probability) return { kind: 'nothing' };
  const kind = chance('how') < rule.declineProbability ? 'decline' : 'pay';
  const spanMs = rule.delayMsMax - rule.delayMsMin;
  return { kind, afterMs: rule.delayMsMin + Math.floor(chance('when') * (spanMs + 1)) };
}
