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

/** One value of a gauge that has labels. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
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
  /**
   * With `read` it is asked at each scrape. Of a list it shows these samples and no others: what has
   * gone from the list is gone from the exposition. Several that read under one name add up to one
   * list.
   */
  gauge(options: MetricOptions & { readonly read?: () => number | readonly Sample[] }): Gauge;
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
  const readers = new Map<string, ReadGauge[]>();
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
    gauge(o) {
      const reading = readers.get(o.name) ?? [];
      if (o.read !== undefined) reading.push(o.read);
      readers.set(o.name, reading);
      return once('gauge', o.name, () => gaugeOf(base(o), reading));
    },
    histogram: (o) =>
      once('histogram', o.name, () => {
        const buckets = [...(o.buckets ?? secondsBuckets)];
        const histogram = new prom.Histogram({ ...base(o), buckets });
        return { observe: (value, labels = {}) => histogram.observe(labels, value) };
      }),
  };
}

/** The metrics of the Node process itself, as {@link createMetrics} adds them. */
export function processMetrics(): readonly {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
}[] {
  const register = new prom.Registry();
  prom.collectDefaultMetrics({ register });
  return register.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    kind: kindOf(register.getSingleMetric(metric.name)),
  }));
}

function kindOf(metric: unknown): 'counter' | 'gauge' | 'histogram' {
  if (metric instanceof prom.Counter) return 'counter';
  return metric instanceof prom.Histogram ? 'histogram' : 'gauge';
}

type ReadGauge = () => number | readonly Sample[];

function gaugeOf(
  base: { name: string; help: string; labelNames: string[]; registers: prom.Registry[] },
  reading: readonly ReadGauge[],
): Gauge {
  const gauge = new prom.Gauge({
    ...base,
    collect() {
      const now = reading.map((read) => read());
      if (now.some((each) => typeof each !== 'number')) gauge.reset();
      for (const each of now) {
        if (typeof each === 'number') gauge.set(each);
        else for (const { labels, value } of each) gauge.set(labels, value);
      }
    },
  });
  return { set: (value, labels = {}) => gauge.set(labels, value) };
}
