import type { RequestContext } from '@plumbline/http';
import { majorAmountOut } from '@plumbline/http';
import { parseMajor } from '@plumbline/kernel';
import type { PricedPurchase, PurchaseRequest } from '../http/purchase-request.ts';
import type { PlacedOrder } from '../http/views.ts';
import { placedOrder } from '../http/views.ts';
import { read, write } from './ask.ts';
import type { Service } from './service.ts';

export interface Placing {
  readonly orderNo: string;
  readonly buyer: string;
  readonly idempotencyKey: string;
  readonly request: PurchaseRequest;
  readonly priced: PricedPurchase;
  readonly context: RequestContext;
}

/** Errors: PURCHASE_PARAMETERS_DIFFER, AMOUNT_OUT_OF_RANGE, OUTCOME_UNKNOWN and others to repeat. */
export function placeOrder(orders: Service, placing: Placing): Promise<PlacedOrder> {
  const { orderNo, buyer, idempotencyKey, request, priced, context } = placing;
  const { currency, balanceMinor } = request;
  const body = {
    orderNo,
    items: priced.items.map(({ sku, quantity, unitAmountMinor }) => ({
      ...{ sku, quantity, unitAmount: majorAmountOut(unitAmountMinor, currency) },
    })),
    amount: majorAmountOut(priced.amountMinor, currency),
    currency,
    purchase: { buyer, balance: majorAmountOut(balanceMinor, currency), channel: priced.channel },
  };
  return write(
    orders,
    {
      ...{ path: '/orders', context, answer: placedOrder },
      // One user's key never meets another's.
      headers: { 'idempotency-key': `${buyer}:${idempotencyKey}` },
      refusals: { ORDER_PARAMETERS_DIFFER: 'PURCHASE_PARAMETERS_DIFFER' },
    },
    body,
  );
}

const orderPath = (orderNo: string): string => `/orders/${encodeURIComponent(orderNo)}`;

/** Errors: ORDER_NOT_FOUND. */
export const readPlaced = (
  orders: Service,
  orderNo: string,
  context: RequestContext,
): Promise<PlacedOrder> =>
  read(orders, {
    ...{ path: orderPath(orderNo), context, answer: placedOrder },
    refusals: { ORDER_NOT_FOUND: 'ORDER_NOT_FOUND' },
  });

/** Errors: ORDER_NOT_FOUND, ORDER_ALREADY_PAID, ORDER_ENDED, OUTCOME_UNKNOWN and others to repeat. */
export const cancelOrder = (
  orders: Service,
  of: { readonly orderNo: string; readonly reason: string; readonly context: RequestContext },
): Promise<PlacedOrder> =>
  write(
    orders,
    {
      ...{ path: `${orderPath(of.orderNo)}/cancel`, context: of.context, answer: placedOrder },
      refusals: {
        ORDER_NOT_FOUND: 'ORDER_NOT_FOUND',
        ORDER_ALREADY_PAID: 'ORDER_ALREADY_PAID',
        ORDER_ENDED: 'ORDER_ENDED',
      },
    },
    { reason: of.reason },
  );

/**
 * Whether an order is this purchase, asked for before at other prices: prices are the shop's, so
 * that a repeat with the same key is the same purchase whatever they are by now.
 */
export function isSamePurchase(order: PlacedOrder, placing: Placing): boolean {
  const { request, buyer } = placing;
  const { purchase, currency, items } = order;
  if (purchase === undefined || purchase === null) return false;
  const balanceMinor = parseMajor(purchase.balance.value, currency);
  const allPaid = balanceMinor === parseMajor(order.amount.value, currency);
  return (
    purchase.buyer === buyer &&
    currency === request.currency &&
    balanceMinor === request.balanceMinor &&
    purchase.channel === (allPaid ? null : request.channel) &&
    items.length === request.items.length &&
    items.every(({ sku, quantity }, at) => {
      const asked = request.items[at];
      return asked?.sku === sku && String(asked.quantity) === String(quantity);
    })
  );
}
