import { formatMajor } from '@plumbline/kernel';
import type { ShownBalance, ShownPurchase } from '../driver/browser.ts';
import type { PurchaseJournal } from '../driver/play-purchase.ts';
import type { ExpectedShop } from '../model/expect-purchases.ts';
import type { PurchaseEnd } from '../plan/purchase-kinds.ts';
import { purchaseKinds } from '../plan/purchase-kinds.ts';
import type { Difference } from './compare.ts';

/** What the shop shows in the end. */
export interface FoundShop {
  /** As the plan has its purchases; null for one that was never taken. */
  readonly purchases: readonly (ShownPurchase | null)[];
  /** As the plan has its goods. */
  readonly stock: readonly { readonly onHand: number; readonly reserved: number }[];
  /** As the plan has its buyers. */
  readonly balances: readonly (readonly ShownBalance[])[];
}

export interface PurchasesResult {
  readonly kinds: readonly KindTotals[];
  /** Pieces of all goods, then the money of all accounts in each currency. */
  readonly sums: readonly Sum[];
  /** Said about them; each is one too many. */
  readonly alerts: number;
  readonly differences: readonly Difference[];
}

export interface KindTotals {
  readonly kind: string;
  readonly end: string;
  readonly expected: number;
  readonly found: number;
  /** The slowest of them, from its request to its end. */
  readonly slowestMs: number;
}

export interface Sum {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** Reserved or held. */
  readonly aside: string;
}

/** Every purchase, item and account is compared for itself; sums that agree by chance hide nothing. */
export function comparePurchases(of: {
  readonly expected: ExpectedShop;
  readonly journals: readonly PurchaseJournal[];
  readonly found: FoundShop;
  /** Order numbers that alerts are about, of all orders. */
  readonly alertsAbout: readonly string[];
}): PurchasesResult {
  const { expected, journals, found } = of;
  const numbers = new Set(journals.map(({ orderNo }) => orderNo));
  const { plan } = expected;
  const ends = found.purchases.map((purchase) =>
    purchase === null ? 'never taken' : told(purchase),
  );
  return {
    kinds: purchaseKinds.map((kind) => {
      const own = plan.purchases.filter((each) => each.kind.name === kind.name);
      const end = endOf(kind.end);
      const good = own.filter(({ index }) => ends[index] === end);
      const took = journals.flatMap((j) => (j.planned.kind.name === kind.name ? j.tookMs : []));
      const counts = { expected: own.length, found: good.length };
      return { kind: kind.name, end, ...counts, slowestMs: Math.max(0, ...took) };
    }),
    sums: [piecesOf(expected, found), ...moneyOf(expected, found)],
    alerts: of.alertsAbout.filter((orderNo) => numbers.has(orderNo)).length,
    differences: [
      ...journals.flatMap((journal) => purchaseDifferences(journal, ends)),
      ...stockDifferences(expected, found),
      ...balanceDifferences(expected, found),
    ],
  };
}

const endOf = ({ order, checkout, because }: PurchaseEnd): string =>
  [order, checkout, ...(because === null ? [] : [because])].join(', ');

const told = ({ status, checkout, because }: ShownPurchase): string =>
  [status ?? 'no order', checkout ?? 'no checkout', ...(because === null ? [] : [because])].join(
    ', ',
  );

function purchaseDifferences(
  { planned, orderNo, problem }: PurchaseJournal,
  ends: readonly string[],
): readonly Difference[] {
  const about = { orderNo, story: planned.kind.name };
  const end = endOf(planned.kind.end);
  const is = ends[planned.index] ?? 'not looked for';
  return [
    ...(problem === null
      ? []
      : [{ ...about, what: 'purchase', expected: 'led to its end', found: problem }]),
    ...(is === end ? [] : [{ ...about, what: 'purchase', expected: end, found: is }]),
  ];
}

const ofShop = { orderNo: null, story: null };

function stockDifferences({ plan, pieces }: ExpectedShop, { stock }: FoundShop): Difference[] {
  return plan.goods.flatMap(({ name }, at) => {
    const expected = `${pieces.get(name) ?? 0}, 0 reserved`;
    const is = stock[at];
    const found = is === undefined ? 'nothing' : `${is.onHand}, ${is.reserved} reserved`;
    return expected === found ? [] : [{ ...ofShop, what: `pieces of ${name}`, expected, found }];
  });
}

function balanceDifferences(expected: ExpectedShop, found: FoundShop): Difference[] {
  return expected.plan.buyers.flatMap(({ name }, at) =>
    (expected.balances[at] ?? []).flatMap(({ of, minor }) => {
      const should = `${formatMajor(minor, of)} ${of}, ${formatMajor(0n, of)} held`;
      const is = found.balances[at]?.find(({ currency }) => currency === of);
      const shown =
        is === undefined
          ? 'nothing'
          : `${formatMajor(is.balanceMinor, of)} ${of}, ${formatMajor(is.heldMinor, of)} held`;
      const what = `balance of ${name}`;
      return should === shown ? [] : [{ ...ofShop, what, expected: should, found: shown }];
    }),
  );
}

function piecesOf({ pieces, plan }: ExpectedShop, { stock }: FoundShop): Sum {
  const sum = (numbers: readonly number[]): string =>
    String(numbers.reduce((total, each) => total + each, 0));
  return {
    what: `pieces of ${plan.goods.length} goods`,
    expected: sum([...pieces.values()]),
    found: sum(stock.map(({ onHand }) => onHand)),
    aside: sum(stock.map(({ reserved }) => reserved)),
  };
}

function moneyOf(expected: ExpectedShop, found: FoundShop): readonly Sum[] {
  const shown = found.balances.flat();
  return currenciesOf(expected).map((currency) => {
    const sum = (amounts: readonly bigint[]): string =>
      formatMajor(
        amounts.reduce((total, each) => total + each, 0n),
        currency,
      );
    const own = shown.filter((each) => each.currency === currency);
    const should = expected.balances.flat().filter(({ of }) => of === currency);
    return {
      what: `${currency} on ${expected.plan.buyers.length} accounts`,
      expected: sum(should.map(({ minor }) => minor)),
      found: sum(own.map(({ balanceMinor }) => balanceMinor)),
      aside: sum(own.map(({ heldMinor }) => heldMinor)),
    };
  });
}

const currenciesOf = ({ balances }: ExpectedShop) => [
  ...new Set(balances.flat().map(({ of }) => of)),
];
