import type { Alert } from '../api/views.ts';

/**
 * What stands in the place of an order where there is none: alerts of some rules are about something
 * else, and so is what is done about them. Rule Z has payments as well.
 */
export function otherThanOrder({
  rule,
  payNo,
}: Pick<Alert, 'rule' | 'payNo'>): 'endpoint' | 'account' | 'channel' | null {
  if (rule === 'U') return 'endpoint';
  if (rule === 'W') return 'channel';
  return rule === 'K' || (rule === 'Z' && payNo === null) ? 'account' : null;
}
