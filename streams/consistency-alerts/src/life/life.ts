import type {
  AlertAcknowledged,
  AlertReopened,
  AlertResolved,
  AlertsCommand,
} from '@plumbline/events';
import type { Decision, Json, Rejection } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import * as limits from './limits.ts';

/**
 * How an alert stands.
 *
 *         ┌──────────acknowledge──────────► ACKNOWLEDGED ──┐
 *   OPEN ─┤                                                ├─resolve──► RESOLVED ───────┐
 *    ▲    └────────────────────────────────────────────────┤                            │
 *    │                                                     ├─healed───► AUTO_RESOLVED ──┤
 *    │                                                     └─another takes its place──► SUPERSEDED
 *    └──────────────────────────────────────reopen──────────────────────────────────────┘
 *
 * The log heals what it has raised, and a person decides about what stands: neither takes the
 * other's word back. What a person ended stays so while the finding stands, and what a person
 * reopened after it healed stands until a person ends it.
 */
export type AlertStatus = 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED' | 'AUTO_RESOLVED' | 'SUPERSEDED';

export interface AlertLife {
  readonly alertId: string;
  readonly rule: string;
  readonly status: AlertStatus;
  /** What it was about is over, whatever a person says of it; absent while that is not known. */
  readonly isOver?: true;
}

/** Of one order, those of which more is to say than that they are open; by when that was first so. */
export type Lives = readonly AlertLife[];

export type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

export type LifeEvent =
  | { readonly type: 'AlertAcknowledged'; readonly data: AlertAcknowledged }
  | { readonly type: 'AlertReopened'; readonly data: AlertReopened }
  | { readonly type: 'AlertResolved'; readonly data: AlertResolved };

/** Every refusal, with what it means. */
export const lifeRejections = {
  ALERT_NOT_FOUND: 'the order has no such alert, or it ended long ago',
  ALERT_ENDED: 'the alert has ended: reopen it first',
  ALERT_NOT_ENDED: 'the alert has not ended: there is nothing to reopen',
  ALERT_SUPERSEDED: 'another alert has taken its place: decide about that one',
  REASON_INVALID: `a reason has 1 to ${limits.reasonCharsMax} characters`,
} as const;

export type LifeRejectionCode = keyof typeof lifeRejections;

export interface LifeRejection extends Rejection {
  readonly code: LifeRejectionCode;
}

const refused = (code: LifeRejectionCode, details?: { readonly [k: string]: Json }) =>
  rejected<LifeRejection>({
    ...{ code, message: lifeRejections[code] },
    ...(details === undefined ? {} : { details }),
  });

/** Where and when it is decided. */
export interface LifeContext {
  readonly tenant: string;
  readonly orderNo: string;
  readonly atMs: number;
}

/** What a person's word does to an alert; `life` is null where there is none. */
export function decideLife(
  { type, data: { alertId, reason } }: LifeCommand,
  life: AlertLife | null,
  { tenant, orderNo, atMs }: LifeContext,
): Decision<LifeEvent, LifeRejection> {
  if (life === null) return refused('ALERT_NOT_FOUND');
  if (reason.trim() === '' || reason.length > limits.reasonCharsMax) {
    return refused('REASON_INVALID');
  }
  const { rule, status } = life;
  const of = { alertId, rule, tenant, orderNo };
  const isEnded = status !== 'OPEN' && status !== 'ACKNOWLEDGED';
  switch (type) {
    case 'AcknowledgeAlert':
      if (isEnded) return refused('ALERT_ENDED', { status });
      if (status === 'ACKNOWLEDGED') return unchanged;
      return accepted({ type: 'AlertAcknowledged', data: { ...of, reason, acknowledgedAt: atMs } });
    case 'ResolveAlert':
      if (status === 'RESOLVED') return unchanged;
      if (isEnded) return refused('ALERT_ENDED', { status });
      return accepted({
        type: 'AlertResolved',
        data: {
          ...{ ...of, resolution: 'RESOLVED', supersededBy: null, reason },
          ...{ resolvedAt: atMs, evidence: [] },
        },
      });
    case 'ReopenAlert':
      if (status === 'SUPERSEDED') return refused('ALERT_SUPERSEDED');
      if (!isEnded) return refused('ALERT_NOT_ENDED', { status });
      return accepted({ type: 'AlertReopened', data: { ...of, reason, reopenedAt: atMs } });
  }
}

/** The lives after an event, by whomever it was brought about. */
export function withLifeEvent(lives: Lives, { type, data }: LifeEvent): Lives {
  switch (type) {
    case 'AlertAcknowledged':
      return withStatus(lives, data, 'ACKNOWLEDGED');
    case 'AlertReopened':
      return withStatus(lives, data, 'OPEN');
    case 'AlertResolved': {
      const { resolution } = data;
      // Its own words: an unknown one can only be read, from newer code.
      if (resolution === 'UNKNOWN') return lives;
      return withStatus(lives, data, resolution);
    }
  }
}

function withStatus(
  lives: Lives,
  { alertId, rule }: Pick<AlertLife, 'alertId' | 'rule'>,
  status: AlertStatus,
): Lives {
  const known = lifeIn(lives, alertId);
  const life: AlertLife = { alertId, rule, status, ...(isOver(known) ? { isOver: true } : {}) };
  if (known !== null) return lives.map((each) => (each === known ? life : each));
  const ended = lives.filter(isDone);
  const [oldest] = ended;
  const kept =
    ended.length < limits.endedAlertsMax ? lives : lives.filter((each) => each !== oldest);
  return [...kept, life];
}

/** Healed in silence: a person had ended it before. */
export const withoutFinding = (lives: Lives, alertId: string): Lives =>
  lives.map((each) => (each.alertId === alertId ? { ...each, isOver: true } : each));

const isOver = (life: AlertLife | null): boolean =>
  life !== null &&
  (life.isOver === true || life.status === 'AUTO_RESOLVED' || life.status === 'SUPERSEDED');

/** What a person ended may still be found, and must not be said again; what he reopened stands. */
const isDone = (life: AlertLife): boolean =>
  isOver(life) && life.status !== 'OPEN' && life.status !== 'ACKNOWLEDGED';

export const lifeIn = (lives: Lives, alertId: string): AlertLife | null =>
  lives.find((each) => each.alertId === alertId) ?? null;
