import type { AlertCount, Expected, RuleName } from '../model/expect.ts';
import { ruleNames } from '../model/expect.ts';

/** What the platform shows, by order number. */
export interface Found {
  /** Order number to status, as `GET /orders/{orderNo}` answers. */
  readonly statuses: ReadonlyMap<string, string>;
  /** From the alerts topic. */
  readonly alerts: readonly FoundAlert[];
  /** From `GET /alerts` of the queries process. */
  readonly alertsShown: readonly ShownAlert[];
  readonly deadLetters: number;
}

export interface FoundAlert {
  readonly alertId: string;
  readonly orderNo: string;
  readonly rule: string;
  readonly kind: 'raised' | 'resolved';
}

export interface ShownAlert {
  readonly alertId: string;
  readonly orderNo: string;
  readonly rule: string;
  readonly open: boolean;
}

/** Something that is not as it must be. */
export interface Difference {
  /** `null` when no single order is concerned. */
  readonly orderNo: string | null;
  readonly story: string | null;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export interface RuleTotals {
  readonly rule: RuleName;
  readonly expected: AlertCount;
  readonly found: AlertCount;
}

export interface Comparison {
  readonly statuses: readonly StatusTotals[];
  readonly rules: readonly RuleTotals[];
  readonly differences: readonly Difference[];
}

export interface StatusTotals {
  readonly status: string;
  readonly expected: number;
  readonly found: number;
}

/** Every order is compared for itself; totals that agree by chance hide nothing. */
export function compare(expected: readonly Expected[], found: Found): Comparison {
  const ofOrder = countsByOrder(found.alerts);
  const known = new Set(expected.map(({ orderNo }) => orderNo));
  const differences = [
    ...expected.flatMap((order) => differencesOf(order, found, ofOrder)),
    ...strangers(found.alerts, known),
    ...twice(found.alerts),
    ...shownDifferences(found),
    ...(found.deadLetters === 0
      ? []
      : [difference(null, 'dead letters', '0', String(found.deadLetters))]),
  ];
  return {
    statuses: statusTotals(expected, found),
    rules: ruleNames.map((rule) => ({
      rule,
      expected: summed(expected.map(({ alerts }) => alerts[rule])),
      found: summed([...ofOrder.values()].map((counts) => counts[rule])),
    })),
    differences,
  };
}

type Counts = Record<RuleName, { raised: number; resolved: number }>;

const noCounts = (): Counts => ({
  A: { raised: 0, resolved: 0 },
  B: { raised: 0, resolved: 0 },
  C: { raised: 0, resolved: 0 },
});

const isRuleName = (rule: string): rule is RuleName => ruleNames.some((name) => name === rule);

function countsByOrder(alerts: readonly FoundAlert[]): ReadonlyMap<string, Counts> {
  const byOrder = new Map<string, Counts>();
  for (const { orderNo, rule, kind } of alerts) {
    const counts = byOrder.get(orderNo) ?? noCounts();
    if (isRuleName(rule)) counts[rule][kind] += 1;
    byOrder.set(orderNo, counts);
  }
  return byOrder;
}

function differencesOf(
  order: Expected,
  found: Found,
  ofOrder: ReadonlyMap<string, Counts>,
): readonly Difference[] {
  const status = found.statuses.get(order.orderNo) ?? 'not found';
  const counts = ofOrder.get(order.orderNo) ?? noCounts();
  const differences = order.wrongAnswers.map((text) =>
    difference(order, 'answers', 'as the contracts say', text),
  );
  if (status !== order.status)
    differences.push(difference(order, 'order status', order.status, status));
  for (const rule of ruleNames)
    for (const kind of ['raised', 'resolved'] as const) {
      const [should, is] = [order.alerts[rule][kind], counts[rule][kind]];
      if (should !== is)
        differences.push(difference(order, `rule ${rule} ${kind}`, String(should), String(is)));
    }
  return differences;
}

const strangers = (alerts: readonly FoundAlert[], known: ReadonlySet<string>) =>
  alerts
    .filter(({ orderNo, rule }) => !known.has(orderNo) || !isRuleName(rule))
    .map(({ orderNo, rule, kind }) =>
      difference({ orderNo, story: null }, `rule ${rule} ${kind}`, 'nothing', 'an alert'),
    );

/** An alert is raised once and resolved once, whatever happened to the process that says it. */
function twice(alerts: readonly FoundAlert[]): readonly Difference[] {
  const seen = new Set<string>();
  const differences: Difference[] = [];
  for (const { alertId, orderNo, rule, kind } of alerts) {
    const once = `${kind} ${alertId}`;
    if (seen.has(once))
      differences.push(
        difference({ orderNo, story: null }, `rule ${rule} ${kind}`, 'once', `twice: ${alertId}`),
      );
    seen.add(once);
  }
  return differences;
}

/** The read model must show the alerts of the topic, no more and no fewer. */
function shownDifferences({ alerts, alertsShown }: Found): readonly Difference[] {
  const resolved = new Set(alerts.filter((a) => a.kind === 'resolved').map((a) => a.alertId));
  const raised = alerts.filter(({ kind }) => kind === 'raised');
  const shown = new Map(alertsShown.map((alert) => [alert.alertId, alert]));
  const ofTopic = raised.flatMap((alert) => {
    const should = resolved.has(alert.alertId) ? 'resolved' : 'open';
    const row = shown.get(alert.alertId);
    const is = row === undefined ? 'not shown' : row.open ? 'open' : 'resolved';
    const what = `rule ${alert.rule} in GET /alerts`;
    const at = { orderNo: alert.orderNo, story: null };
    return should === is ? [] : [difference(at, what, should, is)];
  });
  const ids = new Set(raised.map(({ alertId }) => alertId));
  const unfounded = alertsShown
    .filter(({ alertId }) => !ids.has(alertId))
    .map(({ orderNo, rule }) =>
      difference({ orderNo, story: null }, `rule ${rule} in GET /alerts`, 'nothing', 'an alert'),
    );
  return [...ofTopic, ...unfounded];
}

function difference(
  at: { readonly orderNo: string; readonly story: string | null } | null,
  what: string,
  expected: string,
  found: string,
): Difference {
  return { orderNo: at?.orderNo ?? null, story: at?.story ?? null, what, expected, found };
}

const statusOrder = ['PAID', 'FAILED', 'EXPIRED', 'CANCELLED', 'WAITING_PAYMENT', 'PENDING'];

function statusTotals(expected: readonly Expected[], found: Found): readonly StatusTotals[] {
  const should = tally(expected.map(({ status }) => status));
  const is = tally([...found.statuses.values()]);
  const names = [...new Set([...statusOrder, ...should.keys(), ...is.keys()])];
  return names
    .map((status) => ({
      status,
      expected: should.get(status) ?? 0,
      found: is.get(status) ?? 0,
    }))
    .filter((total) => total.expected > 0 || total.found > 0);
}

function tally(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const summed = (counts: readonly AlertCount[]): AlertCount => ({
  raised: counts.reduce((sum, { raised }) => sum + raised, 0),
  resolved: counts.reduce((sum, { resolved }) => sum + resolved, 0),
});
