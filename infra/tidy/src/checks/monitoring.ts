import { catalogue } from '@plumbline/events';
import type { AlertRule, Query } from '@plumbline/monitoring';
import { dashboardQueries, labelsInText, readAlertRules, readPromql } from '@plumbline/monitoring';
import { processMetrics } from '@plumbline/observability';
import type { Problem } from '../problem.ts';
import { documentedProcesses } from '../processes.ts';
import type { MetricKind } from '../source-metrics.ts';
import { sourceMetrics } from '../source-metrics.ts';
import type { Tree } from '../tree.ts';

export const alertRulesPath = 'infra/monitoring/prometheus/alert-rules.yml';
/** For `promtool test rules`, which is not among the tools of `npm test`. */
const ruleTestsPath = 'infra/monitoring/prometheus/alert-rules.test.yml';
const dashboardPath = 'infra/monitoring/src/dashboard-rows.ts';

/** What is known of a name that a query can ask for. */
interface Known {
  readonly kind: MetricKind;
  /** `null` where it may have any. */
  readonly labels: ReadonlySet<string> | null;
}

/** What Prometheus itself adds, and every process of ours. */
const everywhere = ['job', 'instance', 'service'];

/** Every series there can be: of our code, of Node, of Prometheus. */
function knownSeries(tree: Tree): ReadonlyMap<string, Known> {
  const series = new Map<string, Known>([['up', { kind: 'gauge', labels: new Set(everywhere) }]]);
  for (const { name, kind } of processMetrics()) series.set(name, { kind, labels: null });
  for (const { name, kind, labels } of sourceMetrics(tree).metrics) {
    const own = new Set([...everywhere, ...labels]);
    if (kind !== 'histogram') {
      series.set(name, { kind, labels: own });
      continue;
    }
    // A histogram is three kinds of series, each of which only grows.
    for (const end of ['_sum', '_count']) series.set(name + end, { kind: 'counter', labels: own });
    series.set(`${name}_bucket`, { kind: 'counter', labels: new Set([...own, 'le']) });
  }
  return series;
}

const counting = new Set(['rate', 'irate', 'increase', 'resets']);
const topologies = new Set(
  documentedProcesses.flatMap(({ topologies: all }) => all.map(({ name }) => name)),
);
const types = new Set(
  catalogue.topics.flatMap(({ records }) =>
    records.map((record) => record.slice(record.lastIndexOf('.') + 1)),
  ),
);

/** Values of which the code knows all that there are. */
const closedValues: Readonly<Record<string, ReadonlySet<string>>> = {
  topology: topologies,
  type: types,
};

/** What is wrong with a query, whose metrics are looked for among `series`. */
export function queryProblems(query: Query, series: ReadonlyMap<string, Known>): readonly string[] {
  const labels = new Set<string>();
  const wrong = query.selectors.flatMap(({ metric, matchers, isRange, within }) => {
    const known = series.get(metric);
    if (known === undefined) return [`asks for ${metric}, which nobody makes`];
    for (const label of known.labels ?? []) labels.add(label);
    const isCounted = isRange && counting.has(within ?? '');
    return [
      ...matchers
        .filter(({ label }) => known.labels?.has(label) === false)
        .map(({ label }) => `${metric} has no label ${label}`),
      ...matchers.flatMap(({ label, value }) =>
        value
          .split('|')
          .filter((each) => closedValues[label]?.has(each) === false)
          .map((each) => `there is no ${label} ${each}`),
      ),
      ...(known.kind === 'counter' && !isCounted
        ? [`${metric} only grows: ask for its rate or increase`]
        : []),
      ...(known.kind === 'gauge' && isCounted
        ? [`${metric} goes up and down: it has no rate`]
        : []),
    ];
  });
  const anyLabel = query.selectors.some(({ metric }) => series.get(metric)?.labels === null);
  const groupings = query.groupings
    .filter((label) => !everywhere.includes(label) && !labels.has(label) && !anyLabel)
    .map((label) => `groups by ${label}, which nothing in it has`);
  return [...query.problems, ...wrong, ...groupings];
}

/** Rules that page, and panels, that ask for what does not exist: they would never say anything. */
export function monitoringProblems(tree: Tree): readonly Problem[] {
  const series = knownSeries(tree);
  const text = tree.get(alertRulesPath);
  const ofRules = [
    ...(text === undefined ? [] : ruleProblems(text, series)),
    ...deadRuleTests(tree.get(ruleTestsPath) ?? '', text ?? ''),
  ];
  if (!tree.has(dashboardPath)) return ofRules;
  const ofPanels = dashboardQueries().flatMap(({ panel, expr, legend }) => {
    // Grafana's own word for a stretch of time.
    const query = readPromql(expr.replaceAll('$__rate_interval', '5m'));
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const problems = [...queryProblems(query, series), ...lostLabels(shown, query, 'legend')];
    return problems.map((what) => ({ where: dashboardPath, what: `${panel}: ${what}` }));
  });
  return [...ofRules, ...ofPanels];
}

function ruleProblems(text: string, series: ReadonlyMap<string, Known>): readonly Problem[] {
  const rules = rulesIn(text);
  if (typeof rules === 'string') return [{ where: alertRulesPath, what: rules }];
  const names = rules.map(({ alert }) => alert);
  return rules.flatMap(({ alert, expr, annotations }, index) => {
    const query = readPromql(expr);
    const texts = Object.values(annotations).join(' ');
    const problems = [
      ...queryProblems(query, series),
      ...lostLabels(labelsInText(texts), query, 'text'),
      ...(names.indexOf(alert) === index ? [] : ['there are two of this name']),
    ];
    return problems.map((what) => ({ where: alertRulesPath, what: `${alert}: ${what}` }));
  });
}

/** An alert that is called otherwise now would be tested never to fire, and never fire. */
const deadRuleTests = (tests: string, rules: string): readonly Problem[] =>
  [...tests.matchAll(/alertname: (\w+)/g)]
    .filter(([, alert = '']) => !rules.includes(`alert: ${alert}\n`))
    .map(([, alert = '']) => ({ where: ruleTestsPath, what: `there is no rule ${alert}` }));

/** The rules, or in words why they cannot be read. */
export function rulesIn(text: string): readonly AlertRule[] | string {
  try {
    return readAlertRules(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Labels that a text shows and an aggregation has taken away: the text would have a hole. */
function lostLabels(shown: readonly string[], query: Query, where: string): readonly string[] {
  const isThere = query.selectors.every(({ within }) => within !== 'absent');
  if (!query.isAggregated && isThere) return [];
  const left = new Set(query.groupings);
  return shown
    .filter((label) => !left.has(label))
    .map((label) => `its ${where} shows ${label}, which the query does not leave`);
}
