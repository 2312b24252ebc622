import { failuresAtFirst } from '../limits.ts';
import type { Expected } from '../model/expect.ts';

/** An endpoint of the merchant. */
export interface ToldEndpoint {
  readonly name: string;
  readonly what: string;
  readonly events: readonly PaymentEvent[];
  /** So many requests fail before the first that does not. */
  readonly failures: number;
}

export type PaymentEvent = 'payment.succeeded' | 'payment.failed';

/** Failed payments are fewer: an endpoint that fails is not to be asked by hundreds at once. */
export const toldEndpoints: readonly ToldEndpoint[] = [
  {
    ...{ name: 'all', what: 'payments that succeeded or failed' },
    ...{ events: ['payment.succeeded', 'payment.failed'], failures: 0 },
  },
  {
    ...{ name: 'late', what: 'those that failed, to an endpoint that fails at first' },
    ...{ events: ['payment.failed'], failures: failuresAtFirst },
  },
];

/** What an endpoint must be told of an order; null for nothing. */
export function eventOf({ payment }: Expected): PaymentEvent | null {
  switch (payment) {
    case 'SUCCESS':
      return 'payment.succeeded';
    case 'FAILED':
      return 'payment.failed';
    case 'OPEN':
      return null;
  }
}
