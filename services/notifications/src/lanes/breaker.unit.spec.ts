import { describe, expect, it } from 'vitest';
import type { Breaker, BreakerChange, Contact, Pass } from './breaker.ts';
import { createBreaker } from './breaker.ts';
import { laneLimits } from './limits.ts';

const concurrencyMax = 10;
const end = (breaker: Breaker, pass: Pass, contact: Contact, nowMs: number): BreakerChange | null =>
  breaker.ended({ pass, contact, nowMs, concurrencyMax });
const request = (breaker: Breaker, contact: Contact, nowMs: number): BreakerChange | null =>
  end(breaker, breaker.begun(), contact, nowMs);

function opened(): Breaker {
  const breaker = createBreaker(laneLimits);
  for (let i = 0; i < 5; i += 1) request(breaker, 'away', 100 + i);
  return breaker;
}

describe('a breaker', () => {
  it('opens at the fifth failure in a row, and says since when', () => {
    const breaker = createBreaker(laneLimits);
    for (let i = 0; i < 4; i += 1) expect(request(breaker, 'away', i)).toBeNull();
    request(breaker, 'there', 10);
    for (let i = 0; i < 4; i += 1) expect(request(breaker, 'away', 20 + i)).toBeNull();
    expect(request(breaker, 'untried', 30)).toBeNull();
    expect(request(breaker, 'away', 40)).toEqual({ kind: 'opened', failures: 5, sinceMs: 20 });
    expect([breaker.stage(), breaker.openUntilMs()]).toEqual(['open', 5_040]);
  });

  it('does not heed what began before it opened', () => {
    const breaker = createBreaker(laneLimits);
    const old = [breaker.begun(), breaker.begun(), breaker.begun()] as const;
    for (let i = 0; i < 5; i += 1) request(breaker, 'away', 100);
    expect(end(breaker, old[0], 'away', 200)).toBeNull();
    expect(end(breaker, old[1], 'there', 200)).toBeNull();
    expect([breaker.stage(), breaker.openUntilMs()]).toEqual(['open', 5_100]);
    request(breaker, 'there', 5_100);
    end(breaker, old[2], 'away', 5_200);
    expect(breaker.stage()).toBe('ramp');
  });

  it('is open for twice as long after each probe that fails', () => {
    const breaker = opened();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const nowMs = breaker.openUntilMs() ?? 0;
      expect(request(breaker, 'away', nowMs)).toBeNull();
      pauses.push((breaker.openUntilMs() ?? 0) - nowMs);
    }
    expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it('may be probed again at once when the probe was not sent', () => {
    const breaker = opened();
    const until = breaker.openUntilMs();
    const probe = breaker.begun();
    expect([breaker.stage(), breaker.openUntilMs()]).toEqual(['probing', null]);
    end(breaker, probe, 'untried', 6_000);
    expect([breaker.stage(), breaker.openUntilMs()]).toEqual(['open', until]);
  });

  it('closes in steps, and begins them anew when one of them fails', () => {
    const breaker = opened();
    expect(request(breaker, 'there', 6_000)).toEqual({ kind: 'recovered' });
    const allowances = [breaker.allowance(concurrencyMax)];
    const step = (contact: Contact): void => {
      request(breaker, contact, 6_000);
      allowances.push(breaker.allowance(concurrencyMax));
    };
    for (const contact of ['there', 'there', 'away', 'there'] as const) step(contact);
    expect(allowances).toEqual([1, 2, 3, 1, 2]);
    for (let i = 0; i < 8; i += 1) step('there');
    expect([breaker.stage(), allowances.at(-1)]).toEqual(['closed', 10]);
  });

  it('opens again while it closes in steps, for the shortest pause', () => {
    const breaker = opened();
    request(breaker, 'away', 6_000);
    request(breaker, 'there', 20_000);
    for (let i = 0; i < 4; i += 1) expect(request(breaker, 'away', 21_000)).toBeNull();
    expect(request(breaker, 'away', 22_000)).toMatchObject({ kind: 'opened', sinceMs: 21_000 });
    expect(breaker.openUntilMs()).toBe(27_000);
  });
});
