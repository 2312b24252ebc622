import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { CliFailure } from '../session/failure.ts';
import { verify } from './verify.ts';

let session: MemorySession;

beforeEach(() => {
  session = createMemorySession();
});

afterEach(() => session.memory.close());

describe('verify', () => {
  it('says of each part what was looked at, and at the end that nothing is wrong', async () => {
    expect(await verify(session, { only: 'sums, chains' })).toBe(0);
    const lines = session.out.stdout().split('\n');
    expect(lines[0]).toBe('holds  chains         events 0, aggregates 0, heads 0');
    expect(lines[1]).toMatch(/^holds {2}sums {11}payments 0, refunds 0, /);
    expect(session.out.stderr()).toMatch(/^nothing is wrong \(\d+ms\)$/m);
  });

  it('tells positions and time with --json, and nothing else', async () => {
    expect(await verify(session, { only: 'notifications', json: true, partition: '2' })).toBe(0);
    const said = JSON.parse(session.out.stdout()) as Record<string, unknown>;
    expect(said).toMatchObject({
      parts: [{ part: 'notifications', state: 'holds', findings: [] }],
      positions: [{ of: 'log', topic: 'notifications.events.v1', partition: 2, offset: '0' }],
    });
    expect(said['at']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('goes on with the other parts where a server is away, and accepts that when asked', async () => {
    const away = {
      ...session,
      redis: () => Promise.reject(new CliFailure('Redis does not answer')),
    };
    const only = 'chains,results';
    expect(await verify(away, { only })).toBe(1);
    expect(session.out.stdout()).toContain('not compared: Redis does not answer');
    expect(session.out.stderr()).toContain('not all was compared of results');
    expect(await verify(away, { only, acceptGaps: true })).toBe(0);
  });

  it.each([
    [{ only: 'chains,hashes' }, /no part is called "hashes": chains, sums/],
    [{ partition: '4' }, /--partition is a number from 0 to 3, not "4"/],
    [{ partition: 'x' }, /--partition/],
    [{ limit: '-1' }, /--limit is a whole number from 0 to 10000/],
  ])('refuses %j', async (options, message) => {
    await expect(verify(session, options)).rejects.toThrow(message);
    await expect(verify(session, options)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('ends soon after Ctrl-C', async () => {
    session.interrupt();
    await expect(verify(session, { only: 'chains' })).rejects.toThrow('interrupted');
  });
});
