import ts from 'typescript';
import type { Problem } from './problem.ts';
import { lineOf, parse, walk } from './source-text.ts';
import type { Tree } from './tree.ts';
import { isSource, isTestCode, packageOf } from './tree.ts';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** A metric as it stands in the code that makes it. */
export interface SourceMetric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  readonly labels: readonly string[];
  /** `services/queries`. */
  readonly package: string;
}

const kinds: ReadonlySet<string> = new Set<MetricKind>(['counter', 'gauge', 'histogram']);
const isKind = (text: string): text is MetricKind => kinds.has(text);

/** By Prometheus's conventions; `_ms` is what the oldest of ours has. */
const endings: Readonly<Record<MetricKind, RegExp>> = {
  counter: /_total$/,
  gauge: /(?<!_total)$/,
  histogram: /_(seconds|ms|bytes)$/,
};

/**
 * The metrics that the code makes, and what is wrong with them. A name that is put together from
 * pieces is a problem: nobody finds it who comes from a dashboard.
 */
export function sourceMetrics(tree: Tree): {
  readonly metrics: readonly SourceMetric[];
  readonly problems: readonly Problem[];
} {
  const metrics: SourceMetric[] = [];
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!isSource(path) || isTestCode(path) || !/\.(counter|gauge|histogram)\(/.test(text))
      continue;
    const file = parse(path, text);
    walk(file, (node) => {
      const made = madeBy(node);
      if (made === null) return;
      const metric = { ...metricOf(made), package: packageOf(path) ?? path };
      const where = `${path}:${lineOf(file, node)}`;
      problems.push(...wrongWith(metric).map((what) => ({ where, what })));
      metrics.push(metric);
    });
  }
  return { metrics, problems: [...problems, ...contradictions(metrics)] };
}

interface Made {
  readonly kind: MetricKind;
  readonly options: ts.ObjectLiteralExpression;
}

/** `metrics.counter({ … })`. */
function madeBy(node: ts.Node): Made | null {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  const kind = node.expression.name.text;
  const [options] = node.arguments;
  if (!isKind(kind) || options === undefined || !ts.isObjectLiteralExpression(options)) return null;
  return { kind, options };
}

function metricOf({ kind, options }: Made): Omit<SourceMetric, 'package'> {
  const labels = valueOf(options, 'labels');
  const listed = labels !== null && ts.isArrayLiteralExpression(labels) ? labels.elements : [];
  return {
    kind,
    name: textOf(valueOf(options, 'name')),
    help: textOf(valueOf(options, 'help')),
    labels: labels === null ? [] : listed.length === 0 ? [''] : listed.map(textOf),
  };
}

function valueOf(options: ts.ObjectLiteralExpression, name: string): ts.Expression | null {
  for (const property of options.properties) {
    if (!ts.isIdentifier(property.name ?? options)) continue;
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === name)
      return property.name;
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) continue;
    if (property.name.text === name) return property.initializer;
  }
  return null;
}

/** Empty for what is no literal. */
const textOf = (node: ts.Expression | null): string =>
  node !== null && ts.isStringLiteralLike(node) ? node.text : '';

function wrongWith({ name, kind, help, labels }: SourceMetric): readonly string[] {
  if (name === '') return [`makes a ${kind} whose name is not written out`];
  return [
    ...(/^plumbline(_[a-z]+)+$/.test(name) ? [] : [`${name} is not called plumbline_what_unit`]),
    ...(endings[kind].test(name) ? [] : [`the ${kind} ${name} does not end as one`]),
    ...(help === '' ? [`${name} is not described`] : []),
    ...(labels.includes('') ? [`the labels of ${name} are not written out`] : []),
  ];
}

/** One name, made twice, with other words or labels: whoever comes second is not heard. */
function contradictions(metrics: readonly SourceMetric[]): readonly Problem[] {
  const first = new Map<string, SourceMetric>();
  return metrics.flatMap((metric) => {
    const { name } = metric;
    const other = first.get(name);
    if (other === undefined) first.set(name, metric);
    if (name === '' || other === undefined || sameAs(metric, other)) return [];
    return [{ where: metric.package, what: `${name} is made otherwise in ${other.package}` }];
  });
}

const sameAs = (one: SourceMetric, other: SourceMetric): boolean =>
  one.kind === other.kind && one.labels.join() === other.labels.join() && one.help === other.help;
