import type { SourceMetric } from '../source-metrics.ts';
import { code, head, table } from './markdown.ts';

const introduction = `Every metric that the code makes, at \`/metrics\` of the processes that run it, with the label \`service\`. Beside them each
process has those of Node ([prom-client](https://github.com/siimon/prom-client)): memory, event loop, garbage collection. What an
operator pages on: [runbooks](../runbooks/README.md).`;

/** By package, and within it by name; one that is made in two places stands in the first. */
export function metricsPage(metrics: readonly SourceMetric[]): string {
  const byName = new Map(metrics.toReversed().map((metric) => [metric.name, metric]));
  const packages = new Map<string, SourceMetric[]>();
  for (const metric of [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    packages.set(metric.package, [...(packages.get(metric.package) ?? []), metric]);
  const sections = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(section);
  return head('Metrics', introduction) + sections.join('');
}

function section([folder, metrics]: readonly [string, readonly SourceMetric[]]): string {
  const rows = metrics.map(({ name, kind, labels, help }) => [
    ...[code(name), kind, labels.map(code).join(', '), help],
  ]);
  return `\n## ${folder}\n\n${table(['metric', 'kind', 'labels', 'meaning'], rows)}`;
}
