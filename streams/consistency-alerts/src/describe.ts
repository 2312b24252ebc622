import type { AlertRaised, AlertResolved } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { Money } from './life/life.ts';
import type { Finding } from './rules/rule.ts';
import type { JoinedView } from './rules/view.ts';
import type { AlertChange } from './rules/watch.ts';
import { alertIdOf } from './stores.ts';

/** ISO 4217: XXX stands for no currency. */
const noMoney = { amountMinor: 0n, currency: 'XXX' };

export type AlertNews =
  | { readonly type: 'AlertRaised'; readonly data: AlertRaised }
  | { readonly type: 'AlertResolved'; readonly data: AlertResolved };

/** The money that is at stake in what is found; `null` where it is none. */
export const atStakeOf = (finding: Finding, view: JoinedView): Money | null =>
  finding.atStake ?? view.payment;

/** What the log itself has brought about, as an event says it. */
export function describe(
  change: AlertChange,
  key: string,
  view: JoinedView,
  nowMs: number,
): AlertNews {
  const { rule, watch } = change;
  const { tenant, orderNo } = splitRoutingKey(key);
  const alertId = alertIdOf(rule.id, key, watch.trigger.eventId);
  const of = { alertId, rule: rule.id, tenant, orderNo };
  if (change.kind === 'resolve') {
    const over = change.successor;
    const by = over === null ? null : alertIdOf(over.rule, key, over.watch.trigger.eventId);
    return {
      type: 'AlertResolved',
      data: {
        ...of,
        resolution: over === null ? 'AUTO_RESOLVED' : 'SUPERSEDED',
        supersededBy: by,
        reason: over === null ? `healed by ${change.healedBy.type}` : over.reason,
        resolvedAt: nowMs,
        evidence: [change.healedBy],
        ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
      },
    };
  }
  const { finding } = change;
  const { amountMinor, currency } = atStakeOf(finding, view) ?? noMoney;
  return {
    type: 'AlertRaised',
    data: {
      ...of,
      ruleVersion: watch.ruleVersion,
      payNo: view.payment?.payNo ?? null,
      severity: finding.severity ?? rule.severity,
      summary: finding.summary,
      expected: finding.expected,
      actual: finding.actual,
      deadline: watch.deadlineMs === watch.trigger.time ? null : watch.deadlineMs,
      detectedAt: nowMs,
      ...{ amountMinor, currency },
      howSeen: finding.howSeen ?? rule.howSeen,
      triggerEventId: watch.trigger.eventId,
      evidence: finding.evidence,
    },
  };
}
