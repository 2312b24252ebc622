import type { Alert } from '../api/views.ts';

/**
 * What stands in the place of an order where there is none: alerts of some rules are about something
 * else, and so is what is done about them. Rule Z has payments as well.
 */
export function otherThanOrder({
  rule,
  orderNo,
  payNo,
}: Pick<Alert, 'rule' | 'orderNo' | 'payNo'>):
  'endpoint' | 'account' | 'channel' | 'number' | null {
  if (rule === 'U') return 'endpoint';
  if (rule === 'W') return 'channel';
  if (rule === 'K' && orderNo.startsWith('payment.')) return 'number';
  return rule === 'K' || (rule === 'Z' && payNo === null) ? 'account' : null;
}
