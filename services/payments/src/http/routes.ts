import type { Route } from '@plumbline/http';
import { createPayment } from './create-payment.ts';
import { gatewayCallback } from './gateway-callback.ts';
import type { PaymentsEdge } from './edge.ts';
import type { MoneyEdge } from './match-money.ts';
import { matchMoney } from './match-money.ts';
import { generateSignature, mockCallback } from './mock-callback.ts';
import { readAudit, readRefunds } from './read-gateway.ts';
import { listPayments, readCallbacks, readPayment, readPaymentOfOrder } from './read-payments.ts';

/**
 * Contract 1, and reads beyond it: the list, the callback log, refunds, what the gateway was asked.
 * And contract 0's money on personal accounts, which comes from within.
 */
export const paymentRoutes = (edge: PaymentsEdge & MoneyEdge): readonly Route[] => [
  createPayment(edge),
  gatewayCallback(edge),
  mockCallback(edge),
  generateSignature(edge),
  readPayment(edge),
  readPaymentOfOrder(edge),
  readCallbacks(edge),
  readAudit(edge),
  readRefunds(edge),
  listPayments(edge),
  matchMoney(edge),
];
