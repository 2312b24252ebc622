import type { Route } from '@plumbline/http';
import { detailErrors } from '@plumbline/http';
import { createPaymentOrder } from './create-payment-order.ts';
import { explainError } from './explain-error.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { readPaymentOrder } from './read-payment-order.ts';
import { createRefundOrder, readRefundOrder } from './refund-orders.ts';

/** Contract 4. */
export const merchantRoutes = (edge: MerchantEdge): readonly Route[] =>
  [
    createPaymentOrder(edge),
    readPaymentOrder(edge),
    createRefundOrder(edge),
    readRefundOrder(edge),
    explainError,
  ].map((route) => ({ ...route, errorBody: detailErrors }));
