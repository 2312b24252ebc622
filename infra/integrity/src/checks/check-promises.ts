import type { LogRecord } from '@plumbline/kafka';
import type { Violation } from './violation.ts';

/** I1, I3: what was answered has happened, once. */
export function promiseViolations(
  events: readonly LogRecord[],
  type: string,
  orderNos: readonly string[],
): Violation[] {
  const counts = new Map<string, number>();
  for (const { headers, key } of events) {
    if (headers['ce_type']?.toString() !== type) continue;
    const orderNo = key?.toString().replace('main/', '') ?? '';
    counts.set(orderNo, (counts.get(orderNo) ?? 0) + 1);
  }
  return [
    ...orderNos
      .filter((orderNo) => !counts.has(orderNo))
      .map((orderNo) => ({
        invariant: 'I1' as const,
        what: `${orderNo} was answered: no ${type}`,
      })),
    ...[...counts]
      .filter(([, count]) => count > 1)
      .map(([orderNo]) => ({ invariant: 'I3' as const, what: `${orderNo} has two ${type}` })),
  ];
}
