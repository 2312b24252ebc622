import { formatMajor } from '@plumbline/kernel';

/** A personal account that is paid into, by one channel. */
export interface Account {
  readonly pid: string;
  readonly aid: string;
  /** As clients report it. */
  readonly channel: string;
}

/** An order of which nobody but its account can have the amount. */
export interface PayableOrder {
  readonly orderNo: string;
  readonly account: Account;
  readonly amountMinor: bigint;
}

/** What a monitor client sends of money that came in. */
export interface MoneyReport {
  readonly pid: string;
  readonly aid: string;
  readonly payway: string;
  readonly channel: string;
  readonly price: number;
  readonly platformOrder: string;
  readonly rawPayload: string;
}

export const currency = 'CNY';
export const payway = 'wxpay';

/** `b000`, `b001`, …: one account each. */
export const accountsOf = (letter: string, count: number): readonly Account[] =>
  Array.from({ length: count }, (_, at) => accountOf(`${letter}${String(at).padStart(3, '0')}`));

export const accountOf = (pid: string): Account => ({ pid, aid: '1', channel: `wxpay1#${pid}` });

const lowestMinor = 1_000n;

/**
 * Makes orders over accounts in turn, one cent apart on each from the one before: as long as it lives
 * no two orders of an account have one amount.
 */
export function createOrders(accounts: readonly Account[]) {
  let made = 0;
  return (prefix: string, count: number): readonly PayableOrder[] => {
    const first = made;
    made += count;
    return Array.from({ length: count }, (_, index) => {
      const at = first + index;
      const account = accounts[at % accounts.length];
      if (account === undefined) throw new Error('there is no account to pay into');
      const amountMinor = lowestMinor + BigInt(Math.floor(at / accounts.length));
      return { orderNo: `${prefix}-${index}`, account, amountMinor };
    });
  };
}

/** Those of one account after another: an account's state is written once for each batch of it. */
export const byAccount = (orders: readonly PayableOrder[]): readonly PayableOrder[] =>
  [...orders].sort(({ account: { pid: one } }, { account: { pid: other } }) =>
    one === other ? 0 : one < other ? -1 : 1,
  );

/** What a phone shows of it. */
export function reportOf({ orderNo, account, amountMinor }: PayableOrder): MoneyReport {
  const { pid, aid, channel } = account;
  const price = formatMajor(amountMinor, currency);
  const seen = { title: 'WeChat Pay', text: `${price} came in`, package: 'com.tencent.mm' };
  return {
    ...{ pid, aid, payway, channel, price: Number(price), platformOrder: `wx-${orderNo}` },
    rawPayload: JSON.stringify({ ...seen, key: `0|com.tencent.mm|${orderNo}`, uid: 10_163 }),
  };
}
