import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '@plumbline/observability';
import { z } from 'zod';
import { read, write } from './ask.ts';
import type { DownReason } from './errors.ts';
import { ServiceDown } from './errors.ts';
import { createPositionOf } from './position.ts';
import type { Service } from './service.ts';

const context = { correlationId: 'c', traceparent: 't', actor: 'user:u' };
const asking = { path: '/', context, answer: z.unknown() };

const down = (reason: DownReason): Service => ({
  name: 'gone',
  call: () => Promise.reject(new ServiceDown(reason, 'it is gone')),
  close: () => Promise.resolve(),
});

describe('a service that gives no answer', () => {
  it.each([
    ['not-sent', 'DEPENDENCY_DOWN', 'DEPENDENCY_DOWN'],
    ['no-answer', 'DEPENDENCY_DOWN', 'OUTCOME_UNKNOWN'],
  ] as const)('%s: %s for a read, %s for a write', async (reason, ofRead, ofWrite) => {
    const service = down(reason);
    const headers = { 'Retry-After': '1' };
    const told = (code: string) => ({ status: 503, code, headers });
    await expect(read(service, asking)).rejects.toMatchObject(told(ofRead));
    await expect(write(service, asking, {})).rejects.toMatchObject(told(ofWrite));
  });

  it('is a defect of ours when the call itself is', async () => {
    const call = () => Promise.reject(new TypeError('a defect'));
    await expect(read({ ...down('no-answer'), call }, asking)).rejects.toThrow(TypeError);
  });
});

describe('a position', () => {
  const of = (ends: Parameters<typeof createPositionOf>[0]['log']['ends']) =>
    createPositionOf({ log: { ends }, logger: silentLogger, partitions: 4 })(
      'orders.events.v1',
      'main/o-1',
    );
  const at = (highWatermark: bigint, lastStableOffset: bigint) =>
    Promise.resolve({ logStartOffset: 0n, lastStableOffset, highWatermark });

  it('includes what is committed and not yet stable', async () => {
    expect(await of(() => at(10n, 7n))).toMatch(/^orders\..*:\d:9$/);
  });

  it('is none in an empty partition, and when Kafka does not say', async () => {
    expect(await of(() => at(0n, 0n))).toBe(null);
    expect(await of(() => Promise.reject(new Error('Kafka is away')))).toBe(null);
    vi.useFakeTimers();
    const late = of(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toBe(null);
    vi.useRealTimers();
  });
});
