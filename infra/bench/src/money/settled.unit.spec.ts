import { expect, it } from 'vitest';
import { gaugeOf } from './settled.ts';

const metrics = [
  '# TYPE plumbline_active_orders gauge',
  'plumbline_active_orders{service="channel-monitor"} 120',
  'plumbline_active_orders_unwritten 7',
].join('\n');

it('reads a gauge, and none whose name only begins so', () => {
  expect(gaugeOf(metrics, 'plumbline_active_orders')).toBe(120);
  expect(gaugeOf(metrics, 'plumbline_active_orders_unwritten')).toBe(7);
  expect(gaugeOf(metrics, 'plumbline_active')).toBeNull();
});
