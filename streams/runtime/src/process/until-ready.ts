import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthChecks } from '@plumbline/http';
import { readinessOf } from '@plumbline/http';

export interface UntilReadyOptions {
  readonly health: HealthChecks;
  /** Between two looks. */
  readonly lookMs: number;
  /** How long it waits before it says so, and how often from then on. */
  readonly tellMs: number;
  /** Told what is not well yet: each check with what it says. */
  readonly onWaiting: (told: Waiting) => void;
  readonly signal: AbortSignal;
}

export interface Waiting {
  readonly waitedMs: number;
  readonly waitsFor: Readonly<Record<string, string>>;
}

/** Resolves with whether all checks are well, and says what it waits for; false when it is stopped. */
export async function untilReady(options: UntilReadyOptions): Promise<boolean> {
  const { health, lookMs, tellMs, onWaiting, signal } = options;
  const beganMs = performance.now();
  for (let toldMs = beganMs; !signal.aborted;) {
    const { ready, checks } = await readinessOf(health);
    if (ready) return true;
    const nowMs = performance.now();
    if (nowMs - toldMs >= tellMs) {
      const missing = Object.entries(checks).filter(([, { ok }]) => !ok);
      const waitsFor = Object.fromEntries(
        missing.map(([name, { detail }]) => [name, detail ?? 'no reason given']),
      );
      onWaiting({ waitedMs: Math.round(nowMs - beganMs), waitsFor });
      toldMs = nowMs;
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
