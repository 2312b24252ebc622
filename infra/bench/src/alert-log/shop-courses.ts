/**
 * What the alert join reads in a shop whose payments are led at gateways: orders that checkouts lead,
 * every call to a gateway with its answer, refunds, accounts that people pay into, endpoints. Events
 * of notifications, of goods and of silent channels are left out.
 */
export const stepsPerShopCourse = 14;

export type ShopStep =
  | ('OrderCreated' | 'PurchaseCreated' | 'OrderAwaitingPayment' | 'OrderPaid' | 'OrderFailed')
  | 'OrderExpired'
  | ('CheckoutStarted' | 'CheckoutStockRequested' | 'CheckoutStockAnswered')
  | ('CheckoutCompleted' | 'CheckoutCompensated')
  | ('PaymentCreated' | 'PaymentOfMoreCreated' | 'PaymentOfThePastCreated')
  | ('GatewayCallRequested' | 'GatewayCallStarted' | 'GatewayCallReported')
  | ('GatewaySaysPaid' | 'GatewaySaysFailed' | 'GatewaySaysMoreRefunded')
  | ('PaymentProcessing' | 'PaymentSucceeded' | 'PaymentFailed')
  | ('PaymentReportContradicted' | 'PaymentReportConfirmed')
  | ('QueryNamesOtherCurrency' | 'QueryNamesOtherAmount' | 'QueryNamesOtherTransaction')
  | ('CallbackNamesOtherMerchant' | 'PaymentTransactionConflicted')
  | ('RefundRequested' | 'RefundProcessing' | 'RefundSucceeded')
  | ('OrderActivated' | 'MoneyMatched')
  | ('EndpointIncidentOpened' | 'EndpointIncidentEnded');

const asked = ['GatewayCallRequested', 'GatewayCallStarted', 'GatewayCallReported'] as const;
const started = ['CheckoutStockRequested', 'CheckoutStockAnswered'] as const;

/** A purchase up to the order that waits for its payment: ten events. */
const begun = (created: ShopStep = 'PaymentCreated'): readonly ShopStep[] => [
  ...(['PurchaseCreated', 'CheckoutStarted', ...started] as const),
  ...([created, ...asked, 'PaymentProcessing', 'OrderAwaitingPayment'] as const),
];
const paid = ['GatewaySaysPaid', 'PaymentSucceeded', 'OrderPaid', 'CheckoutCompleted'] as const;

/** Paid, and then something is said of it. It has one event of the checkout less. */
const paidAnd = (step: ShopStep): readonly ShopStep[] => [
  ...begun().filter((each) => each !== 'CheckoutStarted'),
  ...paid,
  step,
];

/** An order that no checkout leads, up to its end by the payment: ten events. */
const ordered = (...end: readonly ShopStep[]): readonly ShopStep[] => [
  ...(['OrderCreated', 'PaymentCreated', ...asked] as const),
  ...(['PaymentProcessing', 'OrderAwaitingPayment'] as const),
  ...end,
];
const orderPaid = ['GatewaySaysPaid', 'PaymentSucceeded', 'OrderPaid'] as const;
const orderFailed = ['GatewaySaysFailed', 'PaymentFailed', 'OrderFailed'] as const;
const refund = ['RefundRequested', 'RefundProcessing', 'RefundSucceeded'] as const;

const times = (count: number, ...steps: readonly ShopStep[]): readonly ShopStep[] =>
  Array.from({ length: count }, () => steps).flat();

export const shopCourses = {
  paid: [...begun(), ...paid],
  failed: [...begun(), ...orderFailed, 'CheckoutCompensated'],
  refunded: [...ordered(...orderPaid), ...refund, 'PaymentReportConfirmed'],
  account: times(7, 'OrderActivated', 'MoneyMatched'),
  endpoint: times(7, 'EndpointIncidentOpened', 'EndpointIncidentEnded'),
  A: [...begun(), 'GatewaySaysPaid', 'PaymentSucceeded', ...times(2, 'PaymentReportConfirmed')],
  B: paidAnd('PaymentReportContradicted'),
  C: [...begun(), 'GatewaySaysPaid', 'OrderExpired', 'PaymentSucceeded', 'CheckoutCompensated'],
  D: [...begun('PaymentOfMoreCreated'), ...paid],
  E: paidAnd('QueryNamesOtherCurrency'),
  F: paidAnd('QueryNamesOtherAmount'),
  G: paidAnd('QueryNamesOtherTransaction'),
  H: [...ordered(...orderPaid), ...refund, 'GatewaySaysMoreRefunded'],
  I: [...ordered(...orderFailed), ...refund, 'PaymentReportConfirmed'],
  M: [...begun('PaymentOfThePastCreated'), ...paid],
  O: paidAnd('PaymentProcessing'),
  V: paidAnd('CallbackNamesOtherMerchant'),
  Z: paidAnd('PaymentTransactionConflicted'),
} as const satisfies Readonly<Record<string, readonly ShopStep[]>>;

export type ShopCourse = keyof typeof shopCourses;

/**
 * In each thousand. Something is wrong with one in fifty, as in the log of orders and payments; the
 * rest of the rules wait for minutes and hours, and are asked all the same.
 */
export const shopMix: Readonly<Record<Exclude<ShopCourse, 'paid'>, number>> = {
  ...{ failed: 70, refunded: 30, account: 20, endpoint: 1 },
  ...{ A: 3, B: 4, C: 4, D: 1, E: 1, F: 1, G: 1, H: 1, I: 1, M: 1, O: 1, V: 1, Z: 1 },
};

/** Spread as the kinds of the log of orders and payments are. */
export function shopCourseOf(index: number): ShopCourse {
  let place = (Math.imul(index, 0x9e3779b1) >>> 0) % 1_000;
  for (const [course, share] of Object.entries(shopMix) as [
    Exclude<ShopCourse, 'paid'>,
    number,
  ][]) {
    if (place < share) return course;
    place -= share;
  }
  return 'paid';
}
