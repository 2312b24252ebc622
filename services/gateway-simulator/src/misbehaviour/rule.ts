import type { Gateway } from '../books/payment.ts';
import type { CallKind } from '../books/records.ts';

export const callbackFaults = [
  'lose',
  'delay',
  'repeat',
  'reorder',
  'contradict',
  'garble',
] as const;
export type CallbackFault = (typeof callbackFaults)[number];

export const callFaults = [
  'time-out',
  'fail-before',
  'reset-before',
  'rate-limit',
  'hang-after',
  'fail-after',
  'reset-after',
  'late',
  'stale',
  'garble',
  'close',
  'pay',
  'refund-slow',
  'refund-fails',
  'same-transaction',
] as const;
export type CallFault = (typeof callFaults)[number];

export const garbles = ['body', 'signature', 'amount', 'merchant'] as const;
export type Garble = (typeof garbles)[number];

export const occasions = [
  'callback',
  'create',
  'query',
  'close',
  'refund',
  'query-refund',
] as const;
export type Occasion = (typeof occasions)[number];

interface RuleFacts {
  readonly id: string;
  /** `null` for any. */
  readonly gateway: Gateway | null;
  readonly reference: string | null;
  /** Between 0 and 1. */
  readonly probability: number;
  /** How often at most, for each reference by itself; `null` for always. */
  readonly times: number | null;
  /** How late, how long, how far apart; `null` for the usual. */
  readonly ms: number | null;
  /** Of a repeated callback, the first one included. */
  readonly copies: number;
  readonly garble: Garble;
}

/** On what occasion a gateway does what it should not. */
export type Rule =
  | (RuleFacts & { readonly on: 'callback'; readonly what: CallbackFault })
  | (RuleFacts & { readonly on: CallKind; readonly what: CallFault });

const always: readonly CallFault[] = [
  'time-out',
  'fail-before',
  'reset-before',
  'rate-limit',
  'hang-after',
  'fail-after',
  'reset-after',
  'late',
  'garble',
  'close',
  'pay',
];

/** What makes sense on which occasion; anything else is refused when the rule is made. */
export const faultsOn: Readonly<Record<Occasion, readonly (CallbackFault | CallFault)[]>> = {
  callback: callbackFaults,
  create: [...always, 'same-transaction'],
  query: [...always, 'stale'],
  close: always,
  refund: [...always, 'refund-slow', 'refund-fails'],
  'query-refund': [...always, 'stale'],
};
