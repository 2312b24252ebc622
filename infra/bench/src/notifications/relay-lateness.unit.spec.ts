import { expect, it } from 'vitest';
import { relayLatenessOf } from './relay-lateness.ts';

const bucket = (level: string, le: string, count: number) =>
  `plumbline_delay_lateness_ms_bucket{le="${le}",service="delays",level="${level}"} ${count}`;
const text = [
  '# TYPE plumbline_delay_lateness_ms histogram',
  ...[bucket('10s', '5', 40), bucket('10s', '10', 98), bucket('10s', '25', 99)],
  bucket('10s', '+Inf', 100),
  'plumbline_delay_lateness_ms_sum{service="delays",level="10s"} 700',
  'plumbline_delay_lateness_ms_count{service="delays",level="10s"} 100',
  ...[bucket('1m', '5', 1), bucket('1m', '+Inf', 3)],
  'plumbline_delay_lateness_ms_sum{service="delays",level="1m"} 90',
  'plumbline_delay_lateness_ms_count{service="delays",level="1m"} 3',
].join('\n');

it('what the relay says of a level is read from its metrics', () => {
  expect(relayLatenessOf(text, '10s')).toEqual({
    ...{ count: 100, meanMs: 7, p50BelowMs: 10, p99BelowMs: 25 },
  });
  expect(relayLatenessOf(text, '1m')).toEqual({
    ...{ count: 3, meanMs: 30, p50BelowMs: null, p99BelowMs: null },
  });
  expect(relayLatenessOf(text, '5m')).toBeNull();
});
