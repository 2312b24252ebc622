import * as prom from 'prom-client';

export type Labels = Readonly<Record<string, string | number>>;

export interface MetricOptions {
  /** `plumbline_<what>_<unit>`, with `_total` behind counters. */
  readonly name: string;
  readonly help: string;
  /** A label may only take values from a small closed set: never an id. */
  readonly labels?: readonly string[];
}

export interface Counter {
  inc(labels?: Labels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export interface Histogram {
  /** In the unit that the metric's name says: seconds or bytes. */
  observe(value: number, labels?: Labels): void;
}

/**
 * The metrics of one process. Asking twice for a name gives the same metric, so that several tasks
 * in one process share theirs.
 */
export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions & { readonly read?: () => number }): Gauge;
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): Histogram;
  /** The exposition, in the format that {@link contentType} names. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** From a fast in-memory answer to the longest wait for an outcome (5 s) and twice that. */
const secondsBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export function createMetrics(options: {
  readonly service: string;
  /** Whether to add those of the Node process: memory, event loop, garbage collection. */
  readonly processMetrics?: boolean;
}): Metrics {
  const register = new prom.Registry();
  register.setDefaultLabels({ service: options.service });
  if (options.processMetrics ?? true) prom.collectDefaultMetrics({ register });
  const made = new Map<string, { readonly kind: string; readonly metric: unknown }>();
  const once = <T>(kind: string, name: string, make: () => T): T => {
    const existing = made.get(name);
    if (existing && existing.kind !== kind) throw new Error(`${name} is a ${existing.kind}`);
    const metric = existing ? (existing.metric as T) : make();
    made.set(name, { kind, metric });
    return metric;
  };
  const base = ({ name, help, labels = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [register],
  });
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    counter: (o) =>
      once('counter', o.name, () => {
        const counter = new prom.Counter(base(o));
        return { inc: (labels = {}, by = 1) => counter.inc(labels, by) };
      }),
    gauge: (o) => once('gauge', o.name, () => gaugeOf(base(o), o.read)),
    histogram: (o) =>
      once('histogram', o.name, () => {
        const buckets = [...(o.buckets ?? secondsBuckets)];
        const histogram = new prom.Histogram({ ...base(o), buckets });
        return { observe: (value, labels = {}) => histogram.observe(labels, value) };
      }),
  };
}

function gaugeOf(
  base: { name: string; help: string; labelNames: string[]; registers: prom.Registry[] },
  read: (() => number) | undefined,
): Gauge {
  const gauge = new prom.Gauge({
    ...base,
    ...(read && {
      collect() {
        gauge.set(read());
      },
    }),
  });
  return { set: (value, labels = {}) => gauge.set(labels, value) };
}
