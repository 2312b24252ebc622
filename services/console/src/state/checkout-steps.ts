import type { Checkout, CheckoutStatus } from '../api/views.ts';
import { checkoutStatuses } from '../api/views.ts';

export interface CheckoutStep {
  readonly status: CheckoutStatus;
  readonly when: 'past' | 'now' | 'ahead';
}

const byChannel = ['PREPARING', 'OPENING_PAYMENT', 'WAITING_FOR_PAYMENT', 'FINISHING', 'COMPLETED'];
const byBalance = ['PREPARING', 'SETTLING', 'FINISHING', 'COMPLETED'];
const refused = ['PREPARING', 'FAILING', 'COMPENSATING', 'COMPENSATED'];
const called = ['PREPARING', 'COMPENSATING', 'COMPENSATED'];

/**
 * The way that a checkout takes, and how far it has come; none for a status that is not known here.
 * What only paying from the balance tells apart from paying by a channel is whether there is a
 * payment: while nothing is known of either, the way is that of most.
 */
export function checkoutSteps(
  checkout: Checkout,
  options: { readonly hasPayment: boolean },
): readonly CheckoutStep[] {
  const status = checkoutStatuses.find((each) => each === checkout.status);
  if (status === undefined) return [];
  const way = wayOf(status, { ...options, isRefused: checkout.refusedBecause !== null });
  const at = way.indexOf(status);
  const isOver = status === 'COMPLETED' || status === 'COMPENSATED';
  return way.map((each, index) => ({
    status: each as CheckoutStatus,
    when: index < at || (isOver && index === at) ? 'past' : index === at ? 'now' : 'ahead',
  }));
}

function wayOf(
  status: CheckoutStatus,
  known: { readonly hasPayment: boolean; readonly isRefused: boolean },
): readonly string[] {
  switch (status) {
    case 'PREPARING':
    case 'OPENING_PAYMENT':
    case 'WAITING_FOR_PAYMENT':
      return byChannel;
    case 'SETTLING':
      return byBalance;
    case 'FINISHING':
    case 'COMPLETED':
      return known.hasPayment ? byChannel : byBalance;
    case 'FAILING':
      return refused;
    case 'COMPENSATING':
    case 'COMPENSATED':
      return known.isRefused ? refused : called;
  }
}
