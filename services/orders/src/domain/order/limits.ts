/**
 * Payment events that an order remembers having taken in. One order has one payment, which tells
 * of its creation, one result and its closing: three. The rest is room for reports after the end,
 * each of which changes nothing and is recorded once.
 */
export const paymentEventsRemembered = 16;
