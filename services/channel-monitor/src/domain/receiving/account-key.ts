import type { RoutingKey } from '@plumbline/kernel';
import { invariant, routingKey, splitRoutingKey } from '@plumbline/kernel';

/** Whose account, and which of the merchant's. */
export interface AccountName {
  readonly tenant: string;
  readonly pid: string;
  readonly aid: string;
}

/** The record key of an account: no id has a dot, so that it can be taken apart again. */
export const accountKey = ({ tenant, pid, aid }: AccountName): RoutingKey =>
  routingKey(tenant, `${pid}.${aid}`);

export function accountOfKey(key: string): AccountName {
  const { tenant, orderNo: account } = splitRoutingKey(key);
  const [pid = '', aid = ''] = account.split('.');
  invariant(pid !== '' && aid !== '', `no key of a receiving account: ${key}`);
  return { tenant, pid, aid };
}
