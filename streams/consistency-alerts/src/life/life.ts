import type {
  AlertAcknowledged,
  AlertInvestigated,
  AlertReopened,
  AlertResolved,
  AlertsCommand,
  Resolution,
  WriteOffAlert,
} from '@plumbline/events';
import type { Decision, Json, Rejection } from '@plumbline/kernel';
import { accepted, invariant, rejected, unchanged } from '@plumbline/kernel';
import * as limits from './limits.ts';

/**
 * How an alert stands.
 *
 *            ┌──────────────acknowledge──────────────► ACKNOWLEDGED ──┐
 *            │                                              │         │
 *            │                                         investigate    │
 *            │                                              ▼         │
 *      OPEN ─┼──────────────investigate─────────────► INVESTIGATING ──┤
 *       ▲    └────────────────────────────────────────────────────────┤
 *       │                                                             ├─resolve────► RESOLVED ────┐
 *       │                                                             ├─write off──► WRITTEN_OFF ─┤
 *       │                                                             ├─suppress───► SUPPRESSED ──┤
 *       │                                                             ├─healed─────► AUTO_RESOLVED┤
 *       │                                                             └─another takes its place─► SUPERSEDED
 *       └──────────reopen; of SUPPRESSED, by itself when its time is over─────────────────────────┘
 *
 * The log heals what it has raised, and a person decides about what stands: neither takes the
 * other's word back. What a person ended stays so while the finding stands, and what a person
 * reopened after it healed stands until a person ends it.
 */
export type AlertStatus = Standing['status'];

type Standing =
  | {
      readonly status:
        'OPEN' | 'ACKNOWLEDGED' | 'INVESTIGATING' | 'RESOLVED' | 'AUTO_RESOLVED' | 'SUPERSEDED';
    }
  | { readonly status: 'WRITTEN_OFF'; readonly loss: Money }
  | {
      readonly status: 'SUPPRESSED';
      /** Broker time at which it stands again, epoch ms; `null` for never. */
      readonly untilMs: number | null;
    };

/** Minor units of an ISO 4217 currency. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: string;
}

export type AlertLife = Standing & {
  readonly alertId: string;
  readonly rule: string;
  /** What it was about is over, whatever a person says of it; absent while that is not known. */
  readonly isOver?: true;
};

/** Of one order, those of which more is to say than that they are open; by when that was first so. */
export type Lives = readonly AlertLife[];

export type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

export type LifeEvent =
  | { readonly type: 'AlertAcknowledged'; readonly data: AlertAcknowledged }
  | { readonly type: 'AlertInvestigated'; readonly data: AlertInvestigated }
  | { readonly type: 'AlertReopened'; readonly data: AlertReopened }
  | { readonly type: 'AlertResolved'; readonly data: AlertResolved };

/** Every refusal, with what it means. */
export const lifeRejections = {
  ALERT_NOT_FOUND: 'the order has no such alert, or it ended long ago',
  ALERT_ENDED: 'the alert has ended: reopen it first',
  ALERT_NOT_ENDED: 'the alert has not ended: there is nothing to reopen',
  ALERT_SUPERSEDED: 'another alert has taken its place: decide about that one',
  LOSS_INVALID: 'a loss is more than nothing and no more than is at stake, in its currency',
  NOTHING_AT_STAKE: 'no money is at stake: resolve the alert',
  UNTIL_INVALID: `a suppression ends after it begins and within ${limits.suppressionDaysMax} days`,
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
  /** What can be written off; `null` where there is no money. */
  readonly atStake: Money | null;
}

/** What a person's word does to an alert; `life` is null where there is none. */
export function decideLife(
  command: LifeCommand,
  life: AlertLife | null,
  context: LifeContext,
): Decision<LifeEvent, LifeRejection> {
  if (life === null) return refused('ALERT_NOT_FOUND');
  const { alertId, reason } = command.data;
  if (reason.trim() === '' || reason.length > limits.reasonCharsMax) {
    return refused('REASON_INVALID');
  }
  const { rule, status } = life;
  const { tenant, orderNo, atMs } = context;
  const of = { alertId, rule, tenant, orderNo, reason };
  if (command.type === 'ReopenAlert') {
    if (status === 'SUPERSEDED') return refused('ALERT_SUPERSEDED');
    if (isStanding(status)) return refused('ALERT_NOT_ENDED', { status });
    return accepted({ type: 'AlertReopened', data: { ...of, reopenedAt: atMs } });
  }
  if (saysNothingNew(command, life)) return unchanged;
  if (!isStanding(status)) return refused('ALERT_ENDED', { status });
  const ended = (resolution: Resolution, more: Partial<AlertResolved> = {}) =>
    accepted<LifeEvent>({
      type: 'AlertResolved',
      data: { ...of, ...endedWithout, resolution, resolvedAt: atMs, ...more },
    });
  switch (command.type) {
    case 'AcknowledgeAlert':
      return accepted({ type: 'AlertAcknowledged', data: { ...of, acknowledgedAt: atMs } });
    case 'InvestigateAlert':
      return accepted({ type: 'AlertInvestigated', data: { ...of, investigatedAt: atMs } });
    case 'ResolveAlert':
      return ended('RESOLVED');
    case 'WriteOffAlert': {
      const loss = lossOf(command.data, context.atStake);
      if ('code' in loss) return refused(loss.code, loss.details);
      return ended('WRITTEN_OFF', { lossMinor: loss.amountMinor, lossCurrency: loss.currency });
    }
    case 'SuppressAlert': {
      const { until } = command.data;
      if (until !== null && (until <= atMs || until > atMs + suppressionMsMax)) {
        return refused('UNTIL_INVALID');
      }
      return ended('SUPPRESSED', { suppressedUntil: until });
    }
  }
}

/** Said again of an alert that stands, or has ended, just so. */
function saysNothingNew(command: Ending, life: AlertLife): boolean {
  switch (command.type) {
    case 'AcknowledgeAlert':
      // Who looks into it has seen it.
      return life.status === 'ACKNOWLEDGED' || life.status === 'INVESTIGATING';
    case 'InvestigateAlert':
      return life.status === 'INVESTIGATING';
    case 'ResolveAlert':
      return life.status === 'RESOLVED';
    case 'WriteOffAlert': {
      if (life.status !== 'WRITTEN_OFF') return false;
      const { lossMinor, lossCurrency } = command.data;
      const { amountMinor, currency } = life.loss;
      return lossMinor === null || (lossMinor === amountMinor && lossCurrency === currency);
    }
    case 'SuppressAlert':
      return life.status === 'SUPPRESSED' && life.untilMs === command.data.until;
  }
}

type Ending = Exclude<LifeCommand, { readonly type: 'ReopenAlert' }>;

/** What is lost; without a number of its own all of it. */
function lossOf(
  { lossMinor, lossCurrency }: WriteOffAlert,
  atStake: Money | null,
): Money | Pick<LifeRejection, 'code' | 'details'> {
  if (atStake === null) return { code: 'NOTHING_AT_STAKE' };
  if (lossMinor === null) return atStake;
  const { amountMinor, currency } = atStake;
  if (lossMinor > 0n && lossMinor <= amountMinor && lossCurrency === currency) {
    return { amountMinor: lossMinor, currency };
  }
  return { code: 'LOSS_INVALID', details: { atStake: amountMinor.toString(), currency } };
}

/** Of an end by a person that has nothing more to say. */
const endedWithout = {
  ...{ supersededBy: null, evidence: [] },
  ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
};

const suppressionMsMax = limits.suppressionDaysMax * 24 * 60 * 60 * 1000;

/** The lives after an event, by whomever it was brought about. */
export function withLifeEvent(lives: Lives, { type, data }: LifeEvent): Lives {
  switch (type) {
    case 'AlertAcknowledged':
      return withStanding(lives, data, { status: 'ACKNOWLEDGED' });
    case 'AlertInvestigated':
      return withStanding(lives, data, { status: 'INVESTIGATING' });
    case 'AlertReopened':
      return withStanding(lives, data, { status: 'OPEN' });
    case 'AlertResolved': {
      const standing = endOf(data);
      // Its own words: an unknown one can only be read, from newer code.
      return standing === null ? lives : withStanding(lives, data, standing);
    }
  }
}

function endOf(data: AlertResolved): Standing | null {
  switch (data.resolution) {
    case 'RESOLVED':
    case 'AUTO_RESOLVED':
    case 'SUPERSEDED':
      return { status: data.resolution };
    case 'WRITTEN_OFF': {
      const { lossMinor: amountMinor, lossCurrency: currency } = data;
      invariant(amountMinor !== null && currency !== null, 'written off without a loss');
      return { status: 'WRITTEN_OFF', loss: { amountMinor, currency } };
    }
    case 'SUPPRESSED':
      return { status: 'SUPPRESSED', untilMs: data.suppressedUntil };
    case 'UNKNOWN':
      return null;
  }
}

function withStanding(
  lives: Lives,
  { alertId, rule }: Pick<AlertLife, 'alertId' | 'rule'>,
  standing: Standing,
): Lives {
  const known = lifeIn(lives, alertId);
  const life: AlertLife = {
    alertId,
    rule,
    ...standing,
    ...(isOver(known) ? { isOver: true } : {}),
  };
  if (known !== null) return lives.map((each) => (each === known ? life : each));
  const ended = lives.filter(isDone);
  const [oldest] = ended;
  const kept =
    ended.length < limits.endedAlertsMax ? lives : lives.filter((each) => each !== oldest);
  return [...kept, life];
}

/** Healed in silence: a person had ended it before. What was put off comes no more. */
export const withoutFinding = (lives: Lives, alertId: string): Lives =>
  lives.map((each) => {
    if (each.alertId !== alertId) return each;
    return each.status === 'SUPPRESSED'
      ? { ...each, untilMs: null, isOver: true }
      : { ...each, isOver: true };
  });

/** Those whose suppression is over at a broker time. */
export const suppressedUpTo = (lives: Lives, nowMs: number): Lives =>
  lives.filter((life) => {
    const untilMs = untilOf(life);
    return untilMs !== null && untilMs <= nowMs;
  });

/** When the next suppression is over, epoch ms; `null` when none runs. */
export function nextUntilMs(lives: Lives): number | null {
  const times = lives.map(untilOf).filter((untilMs) => untilMs !== null);
  return times.length === 0 ? null : Math.min(...times);
}

const untilOf = (life: AlertLife): number | null =>
  life.status === 'SUPPRESSED' ? life.untilMs : null;

const isOver = (life: AlertLife | null): boolean =>
  life !== null &&
  (life.isOver === true || life.status === 'AUTO_RESOLVED' || life.status === 'SUPERSEDED');

/** What a person ended may still be found, and must not be said again; what he reopened stands. */
const isDone = (life: AlertLife): boolean => isOver(life) && !isStanding(life.status);

function isStanding(status: AlertStatus): boolean {
  switch (status) {
    case 'OPEN':
    case 'ACKNOWLEDGED':
    case 'INVESTIGATING':
      return true;
    case 'RESOLVED':
    case 'AUTO_RESOLVED':
    case 'WRITTEN_OFF':
    case 'SUPPRESSED':
    case 'SUPERSEDED':
      return false;
  }
}

/** Ended by a person, whatever the log says: it heals in silence. */
export const isEndedByPerson = (life: AlertLife | null): boolean =>
  life !== null && !isStanding(life.status) && !isEndedByLog(life.status);

/** So that it does not stand again by itself either. */
export const isEndedForGood = (life: AlertLife | null): boolean =>
  isEndedByPerson(life) && life !== null && untilOf(life) === null;

const isEndedByLog = (status: AlertStatus): boolean =>
  status === 'AUTO_RESOLVED' || status === 'SUPERSEDED';

export const lifeIn = (lives: Lives, alertId: string): AlertLife | null =>
  lives.find((each) => each.alertId === alertId) ?? null;
