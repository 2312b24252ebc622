import type { Route } from '@plumbline/http';
import { createPayment } from './create-payment.ts';
import type { PaymentsEdge } from './edge.ts';
import { generateSignature, mockCallback } from './mock-callback.ts';
import { listPayments, readCallbacks, readPayment, readPaymentOfOrder } from './read-payments.ts';

/** Contract 1, and two reads beyond it: the list and the callback log. */
export const paymentRoutes = (edge: PaymentsEdge): readonly Route[] => [
  createPayment(edge),
  mockCallback(edge),
  generateSignature(edge),
  readPayment(edge),
  readPaymentOfOrder(edge),
  readCallbacks(edge),
  listPayments(edge),
];
