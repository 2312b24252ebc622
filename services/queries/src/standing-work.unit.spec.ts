import { createMetrics, silentLogger } from '@plumbline/observability';
import { expect, it } from 'vitest';
import type { StandingWork } from './standing-work.ts';
import { showStandingWork } from './standing-work.ts';

it('shows incidents that are open, and remedies that are under way, by rule', async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const found: readonly StandingWork[] = [
    { what: 'incident', rule: 'M', status: 'OPEN', count: 1n, oldest_ms: 1_000n },
    { what: 'remedy', rule: 'C', status: 'WAITING', count: 3n, oldest_ms: 7_000n },
  ];
  let reads = 0;
  const query = () => {
    reads += 1;
    return Promise.resolve(found as never);
  };
  const options = { postgres: { query }, metrics, logger: silentLogger, nowMs: () => 0 };
  const showing = showStandingWork({ ...options, everyMs: 5 });
  await expect.poll(() => reads).toBeGreaterThan(1);
  const text = await metrics.text();
  await showing.close();
  expect(text.match(/^plumbline_\w+\{.*$/gm)).toEqual([
    'plumbline_incidents_open{rule="M",service="test"} 1',
    'plumbline_remedies_under_way{rule="C",status="WAITING",service="test"} 3',
    'plumbline_remedies_oldest_timestamp_seconds{rule="C",status="WAITING",service="test"} 7',
  ]);
});
