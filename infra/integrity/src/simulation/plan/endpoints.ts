import { routingKey } from '@plumbline/kernel';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** How a merchant behaves until everything is healed. Beside it, the network does what it does. */
export const merchantKinds = [
  /** Takes nearly everything at once. */
  'steady',
  /** Wants all that is told of an order, one after the other, and fails at much of it. */
  'in-order',
  /** Takes nothing at all for as long as there are faults, so that it is left alone. */
  'failing',
  /** Takes nothing at first, and everything from the middle of the run on. */
  'recovering',
  /** Is there, and refuses some notifications for ever, so that their schedules are used up. */
  'picky',
  /** Asks to be left alone for some time. */
  'busy',
  /** Paused under way, and mostly resumed. */
  'wavering',
  /** Removed under way. */
  'leaving',
  /** Says 410 now and then; mostly resumed at the end. */
  'gone',
] as const;
export type MerchantKind = (typeof merchantKinds)[number];

export interface PlannedEndpoint {
  readonly kind: MerchantKind;
  readonly endpointId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly inOrder: boolean;
  /** After its registration, at times since the start of the run. */
  readonly changes: readonly {
    readonly atMs: number;
    readonly type: 'PauseEndpoint' | 'ResumeEndpoint' | 'RemoveEndpoint' | 'RecordSecretRotated';
  }[];
  /** From then on, since the start of the run, it takes everything; with the end of the faults else. */
  readonly recoversAtMs: number | null;
}

/** Everybody's here. */
export const endpointTenant = 'main';

/** An endpoint stands under a routing key, as an order does. */
export const keyOfEndpoint = (endpointId: string): string => routingKey(endpointTenant, endpointId);

const ofPayments = ['payment.succeeded', 'payment.failed', 'payment.closed'];

/** Some of the kinds, or those given, one endpoint each. */
export function plannedEndpoints(
  random: Random,
  stormMs: number,
  given?: readonly MerchantKind[],
): readonly PlannedEndpoint[] {
  const count = 2 + random.int(limits.endpointsMax - 1);
  const drawn = random.shuffle(merchantKinds).slice(0, count);
  return (given ?? drawn).map((kind) => plannedEndpoint(kind, random.fork(kind), stormMs));
}

function plannedEndpoint(kind: MerchantKind, random: Random, stormMs: number): PlannedEndpoint {
  const digits = merchantKinds.indexOf(kind).toString(16).padStart(24, '0');
  return {
    kind,
    endpointId: `ep_${endpointTenant}_${digits}`,
    url: `https://merchants.example/${kind}`,
    events: kind === 'steady' || kind === 'in-order' ? ['*'] : ofPayments,
    inOrder: kind === 'in-order',
    changes: changesOf(kind, random, stormMs),
    recoversAtMs: kind === 'recovering' ? Math.floor(random.between(0.4, 0.7) * stormMs) : null,
  };
}

function changesOf(
  kind: MerchantKind,
  random: Random,
  stormMs: number,
): PlannedEndpoint['changes'] {
  const atMs = Math.floor(random.between(0.2, 0.5) * stormMs);
  const laterMs = Math.floor(random.between(0.6, 1) * stormMs);
  const comesBack = random.chance(0.7);
  const rotated = { atMs: Math.floor((atMs + laterMs) / 2), type: 'RecordSecretRotated' } as const;
  if (kind === 'steady' || kind === 'in-order') return [rotated];
  if (kind === 'leaving') return [{ atMs: laterMs, type: 'RemoveEndpoint' }];
  if (kind === 'wavering') {
    const paused = { atMs, type: 'PauseEndpoint' } as const;
    return comesBack ? [paused, rotated, { atMs: laterMs, type: 'ResumeEndpoint' }] : [paused];
  }
  if (kind !== 'gone' || !comesBack) return [];
  return [{ atMs: stormMs + limits.resumedAfterMs, type: 'ResumeEndpoint' }];
}
