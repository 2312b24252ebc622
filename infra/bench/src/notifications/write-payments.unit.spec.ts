import { describe, expect, it } from 'vitest';
import { wavesOf } from './write-payments.ts';

const paymentsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const place = { topic: 'payments', partition: 0, key: null, value: null, headers: {} };
    const told = { orderNo: `O-${at}`, notificationId: `n-${at}`, endpoint: 0 };
    return { created: place, succeeded: place, told };
  });

describe('waves of payments', () => {
  it('write each once, and its success a second after its creation', () => {
    const payments = paymentsOf(60);
    const waves = wavesOf({ perSecond: 30, seconds: 2 }, payments);
    expect(waves.flatMap(({ created }) => created)).toEqual(payments);
    expect(waves.flatMap(({ succeeded }) => succeeded)).toEqual(payments);
    const waveOf = (of: 'created' | 'succeeded', at: number) =>
      waves.findIndex((wave) => wave[of].some(({ told }) => told.orderNo === `O-${at}`));
    for (const at of [0, 1, 29, 59])
      expect(waveOf('succeeded', at) - waveOf('created', at)).toBe(50);
  });

  it('are even', () => {
    const waves = wavesOf({ perSecond: 100, seconds: 1 }, paymentsOf(100));
    expect(new Set(waves.slice(0, 50).map(({ created }) => created.length))).toEqual(new Set([2]));
  });
});
