import { randomInt } from 'node:crypto';
import type { Ids } from '../books/decide.ts';
import { compactTime } from '../dialects/lakala/times.ts';

const counterMax = 1_000_000_000_000;

/**
 * Twelve digits of a count that begins somewhere by chance, so that they differ within a process and
 * almost surely between processes; the date in front of them does the rest.
 */
export function createIds(): Ids {
  let next = randomInt(0, 2 ** 48 - 1) % counterMax;
  const digits = (): string => {
    next = (next + 1) % counterMax;
    return String(next).padStart(12, '0');
  };
  // In the shape of the documents' own examples: 32 digits, of which statements show the last 14.
  const lakalaTradeNo = (nowMs: number): string =>
    `${compactTime(nowMs).slice(0, 8)}110113230166${digits()}`;
  return {
    payment: (gateway, nowMs) => {
      if (gateway === 'lakala') {
        const transactionId = lakalaTradeNo(nowMs);
        const orderId = `${compactTime(nowMs).slice(2, 8)}11012001970${digits()}`;
        return { orderId, transactionId, statementId: transactionId.slice(-14) };
      }
      if (gateway === 'paypay') {
        const transactionId = `0420${compactTime(nowMs).slice(4, 8)}${digits()}`;
        return { orderId: `04-${digits()}`, transactionId, statementId: transactionId };
      }
      const id = `MOCK_${compactTime(nowMs).slice(0, 8)}${digits()}`;
      return { orderId: id, transactionId: id, statementId: id };
    },
    refund: (gateway, nowMs) =>
      gateway === 'lakala' ? lakalaTradeNo(nowMs) : `${gateway.toUpperCase()}_REFUND_${digits()}`,
  };
}
