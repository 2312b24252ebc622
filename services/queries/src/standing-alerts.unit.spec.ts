import { createMetrics, silentLogger } from '@plumbline/observability';
import { expect, it } from 'vitest';
import type { StandingAlerts } from './standing-alerts.ts';
import { showStandingAlerts } from './standing-alerts.ts';

const row: StandingAlerts = {
  ...{ rule: 'C', severity: 'CRITICAL', status: 'OPEN', currency: 'CNY' },
  ...{ count: 3n, at_stake: '29970', oldest_ms: 5_000n },
};
const inYen: StandingAlerts = { ...row, currency: 'JPY', count: 1n, at_stake: '500' };
const labels = 'rule="C",severity="CRITICAL",status="OPEN"';

/** Reads what `answers` brings, one after the other and the last of them for ever. */
function shown(...answers: readonly (readonly StandingAlerts[] | Error)[]) {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  let reads = 0;
  const query = (): Promise<never> => {
    const answer = answers[Math.min(reads, answers.length - 1)];
    reads += 1;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as never);
  };
  const options = { postgres: { query }, metrics, logger: silentLogger, everyMs: 5 };
  const showing = showStandingAlerts({ ...options, nowMs: () => reads * 1_000 });
  const text = () => metrics.text();
  return { showing, text, reads: () => reads };
}

it('shows how many stand and what is at stake, in units of each currency', async () => {
  const { showing, text, reads } = shown([row, inYen]);
  await expect.poll(reads).toBeGreaterThan(1);
  const now = await text();
  await showing.close();
  expect(now).toContain(`plumbline_alerts_open{${labels},currency="CNY",service="test"} 3`);
  expect(now).toContain(
    `plumbline_alerts_at_stake_major{${labels},currency="CNY",service="test"} 299.7`,
  );
  expect(now).toContain(
    `plumbline_alerts_at_stake_major{${labels},currency="JPY",service="test"} 500`,
  );
  expect(now).toContain(
    `plumbline_alerts_oldest_timestamp_seconds{${labels},currency="CNY",service="test"} 5`,
  );
});

it('forgets what has ended', async () => {
  const { showing, text, reads } = shown([row], []);
  await expect.poll(reads).toBeGreaterThan(2);
  const now = await text();
  await showing.close();
  expect(now).not.toContain('rule="C"');
});

it('keeps what it read last while Postgres is away, and says since when', async () => {
  const { showing, text, reads } = shown([row], new Error('away'));
  await expect.poll(reads).toBeGreaterThan(3);
  const now = await text();
  await showing.close();
  expect(now).toContain(`plumbline_alerts_open{${labels},currency="CNY",service="test"} 3`);
  expect(now).toContain('plumbline_alerts_read_timestamp_seconds{service="test"} 1\n');
});
