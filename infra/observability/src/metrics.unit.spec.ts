import { describe, expect, it } from 'vitest';
import { createMetrics, processMetrics } from './index.ts';

describe('createMetrics', () => {
  it('exposes counters, gauges and histograms with the service as a label', async () => {
    const metrics = createMetrics({ service: 'orders', processMetrics: false });
    const counter = metrics.counter({ name: 'a_total', help: 'a', labels: ['kind'] });
    counter.inc({ kind: 'x' });
    counter.inc({ kind: 'x' }, 2);
    metrics.gauge({ name: 'b', help: 'b' }).set(7);
    let level = 1;
    metrics.gauge({ name: 'c', help: 'c', read: () => level });
    level = 5;
    metrics.histogram({ name: 'd_seconds', help: 'd', buckets: [1, 2] }).observe(1.5);
    const text = await metrics.text();
    expect(text).toContain('a_total{kind="x",service="orders"} 3');
    expect(text).toContain('b{service="orders"} 7');
    expect(text).toContain('c{service="orders"} 5');
    expect(text).toContain('d_seconds_bucket{le="2",service="orders"} 1');
    expect(text).not.toContain('process_cpu');
    expect(metrics.contentType).toContain('text/plain');
  });

  it('asks a gauge with labels for its samples, and forgets those that have gone', async () => {
    const metrics = createMetrics({ service: 'orders', processMetrics: false });
    let now = [
      { labels: { rule: 'A' }, value: 2 },
      { labels: { rule: 'B' }, value: 1 },
    ];
    metrics.gauge({ name: 'open', help: 'o', labels: ['rule'], read: () => now });
    expect(await metrics.text()).toContain('open{rule="B",service="orders"} 1');
    now = [{ labels: { rule: 'A' }, value: 3 }];
    const text = await metrics.text();
    expect(text).toContain('open{rule="A",service="orders"} 3');
    expect(text).not.toContain('rule="B"');
  });

  it('puts together what several read under one name', async () => {
    const metrics = createMetrics({ service: 'orders', processMetrics: false });
    const lag = { name: 'lag', help: 'l', labels: ['topology'] };
    for (const topology of ['one', 'two'])
      metrics.gauge({ ...lag, read: () => [{ labels: { topology }, value: 1 }] });
    const text = await metrics.text();
    expect(text).toContain('lag{topology="one",service="orders"} 1');
    expect(text).toContain('lag{topology="two",service="orders"} 1');
  });

  it('gives the same metric for the same name, and refuses another kind', async () => {
    const metrics = createMetrics({ service: 'orders', processMetrics: false });
    metrics.counter({ name: 'a_total', help: 'a' }).inc();
    metrics.counter({ name: 'a_total', help: 'a' }).inc();
    expect(await metrics.text()).toContain('a_total{service="orders"} 2');
    expect(() => metrics.gauge({ name: 'a_total', help: 'a' })).toThrow('a_total is a counter');
  });

  it('has a registry of its own, with process metrics by default', async () => {
    const one = createMetrics({ service: 'one' });
    const two = createMetrics({ service: 'two' });
    one.counter({ name: 'only_one_total', help: 'x' }).inc();
    expect(await one.text()).toContain('process_cpu_seconds_total');
    expect(await two.text()).not.toContain('only_one_total');
  });

  it('names the process metrics that it adds', async () => {
    const listed = processMetrics();
    expect(listed).toContainEqual({ name: 'process_cpu_seconds_total', kind: 'counter' });
    expect(listed).toContainEqual({ name: 'nodejs_eventloop_lag_p99_seconds', kind: 'gauge' });
    const text = await createMetrics({ service: 'one' }).text();
    expect(listed.filter(({ name }) => !text.includes(`# TYPE ${name} `))).toEqual([]);
  });
});
