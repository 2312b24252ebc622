import { describe, expect, it } from 'vitest';
import type { Checkout } from '../api/views.ts';
import { checkoutStatuses } from '../api/views.ts';
import { checkoutSteps } from './checkout-steps.ts';

const checkout = (status: string, refusedBecause: string | null = null): Checkout => ({
  ...{ status, refusedBecause, attempt: null, repeatAt: null, updatedAt: null },
});
const told = (of: Checkout, hasPayment = true): string =>
  checkoutSteps(of, { hasPayment })
    .map(({ status, when }) => ({ past: status, now: `[${status}]`, ahead: `(${status})` })[when])
    .join(' ');

describe('the steps of a checkout', () => {
  it.each(checkoutStatuses)('lead through %s, whatever else is known', (status) => {
    for (const hasPayment of [true, false])
      for (const refusedBecause of [null, 'STOCK_INSUFFICIENT'])
        expect(told(checkout(status, refusedBecause), hasPayment)).toContain(status);
  });

  it('are the way of a payment, with what is behind and what is ahead', () => {
    expect(told(checkout('WAITING_FOR_PAYMENT'))).toBe(
      'PREPARING OPENING_PAYMENT [WAITING_FOR_PAYMENT] (FINISHING) (COMPLETED)',
    );
  });

  it('are shorter where the balance paid for all of it', () => {
    expect(told(checkout('FINISHING'), false)).toBe('PREPARING SETTLING [FINISHING] (COMPLETED)');
  });

  it('turn back where something was refused, and where the order was cancelled', () => {
    expect(told(checkout('COMPENSATING', 'STOCK_INSUFFICIENT'))).toBe(
      'PREPARING FAILING [COMPENSATING] (COMPENSATED)',
    );
    expect(told(checkout('COMPENSATING'))).toBe('PREPARING [COMPENSATING] (COMPENSATED)');
  });

  it('are all past at the end', () => {
    expect(told(checkout('COMPENSATED'))).toBe('PREPARING COMPENSATING COMPENSATED');
  });

  it('are none of a status that is not known', () => {
    expect(told(checkout('NEW_ONE'))).toBe('');
  });
});
