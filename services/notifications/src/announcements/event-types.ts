/** Types of events that an endpoint can be told of, in the words that it subscribes with. */
export const eventTypes = {
  'payment.succeeded': 'a payment was made',
  'payment.failed': 'a payment failed',
  'payment.closed': 'a payment ended without money: its time was over, or it was cancelled',
  'refund.succeeded': 'money went back',
  'refund.failed': 'a refund failed',
  'alert.raised': 'orders and payments disagree',
  'alert.acknowledged': 'an operator looks at an alert',
  'alert.investigated': 'an operator looks into what is behind an alert',
  'alert.resolved': 'an alert is over',
  'alert.reopened': 'an alert that was over is open again',
} as const;
export type EventType = keyof typeof eventTypes;

/** Sent to one endpoint to try it out; nobody subscribes to it. */
export const testEventType = 'endpoint.test';

/** For every type there is, and every one that will be. */
export const everyEvent = '*';

export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text);
