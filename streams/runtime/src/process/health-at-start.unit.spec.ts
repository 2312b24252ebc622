import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthState } from '@plumbline/http';
import { readinessOf } from '@plumbline/http';
import { describe, expect, it } from 'vitest';
import { healthAtStart } from './health-at-start.ts';

function world() {
  let state: () => HealthState | Promise<HealthState> = () => ({ ok: false, detail: 'away' });
  const checks = healthAtStart({ postgres: () => state() });
  return {
    now: (next: typeof state) => {
      state = next;
    },
    asked: () => readinessOf(checks),
  };
}

const well = () => ({ ok: true });

describe('a check of what a process needs to start', () => {
  it('decides until it was well once', async () => {
    const { now, asked } = world();
    expect(await asked()).toMatchObject({ ready: false, checks: { postgres: { detail: 'away' } } });
    now(() => Promise.reject(new Error('refused')));
    expect(await asked()).toMatchObject({ ready: false });
    now(well);
    expect(await asked()).toMatchObject({ ready: true });
  });

  it('then tells what is wrong, and does not decide', async () => {
    const { now, asked } = world();
    now(well);
    await asked();
    now(() => Promise.reject(new Error('refused')));
    await asked();
    await sleep(0);
    expect(await asked()).toEqual({
      ready: true,
      checks: { postgres: { ok: true, detail: 'not now: refused' } },
    });
    now(well);
    await asked();
    await sleep(0);
    expect((await asked()).checks).toEqual({ postgres: { ok: true } });
  });

  it('does not wait for a server that hangs', async () => {
    const { now, asked } = world();
    now(well);
    await asked();
    now(() => new Promise(() => undefined));
    const begin = performance.now();
    await asked();
    expect(performance.now() - begin).toBeLessThan(500);
  });
});
