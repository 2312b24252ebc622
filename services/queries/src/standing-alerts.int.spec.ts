import { quoted, schemaOf } from '@plumbline/postgres';
import { expect, test } from 'vitest';
import { alertsProjection } from './projections/alerts.ts';
import { readStandingAlerts } from './standing-alerts.ts';
import { readStandingWork } from './standing-work.ts';
import { openTestWorld } from './testing/open-test-world.ts';
import { tellTheStory } from './testing/story.ts';

test('what stands is counted by rule, severity, status and currency, and nothing that ended', async () => {
  const world = await openTestWorld(tellTheStory);
  const { postgres } = world;
  try {
    const rows = await readStandingAlerts(postgres);
    const told = rows.map(({ rule, status, currency, count }) => ({
      rule,
      status,
      currency,
      count,
    }));
    const [listed] = await postgres.query<{ count: bigint }>(
      `select count(*) as count from ${quoted(schemaOf(alertsProjection))}.alerts
       where resolved_at_ms is null and detected_at_ms is not null`,
      [],
    );
    expect(rows.reduce((sum, { count }) => sum + count, 0n)).toBe(listed?.count);
    expect(told).toContainEqual({ rule: 'A', status: 'INVESTIGATING', currency: 'CNY', count: 1n });
    const work = await readStandingWork(postgres);
    const counted = work.map(
      ({ what, rule, status, count }) => `${what} ${rule} ${status} ${count}`,
    );
    expect(counted.sort()).toEqual([
      ...['incident A OPEN 1', 'remedy V ASKING 1', 'remedy V WAITING 1'],
    ]);
    expect(work.every(({ oldest_ms: oldestMs }) => typeof oldestMs === 'bigint')).toBe(true);
    expect(rows.every(({ at_stake: minor }) => /^\d+$/.test(minor))).toBe(true);
  } finally {
    await world.close();
  }
});
