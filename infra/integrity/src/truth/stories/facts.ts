import { Deal } from '../deal.ts';
import type { Plant, Story, Told } from '../story.ts';
import { begin, cancel, pay, soonAfter } from './parts.ts';

/** The rule that an answer to a query is of; a signed callback is V's, whatever it names. */
const ruleOfQuery: Readonly<Record<string, string>> = {
  ...{ AMOUNT: 'F', CURRENCY: 'E', TRANSACTION: 'G', MERCHANT: 'V' },
};

const found: Readonly<Record<string, readonly string[]>> = {
  AMOUNT: ['1', '99999999'],
  CURRENCY: ['XAF', 'XOF'],
  TRANSACTION: ['T-other', 'T-third'],
  MERCHANT: ['m-other', 'm-third'],
};
const fields = ['AMOUNT', 'CURRENCY', 'MERCHANT', 'TRANSACTION'] as const;

/** What is said of a payment for good, once however often it is said. Needs a payment that is there. */
export function tellFact(deal: Deal): void {
  const { pen } = deal;
  const { random } = pen;
  const kind = random.pick(['mismatch', 'mismatch', 'request', 'transaction'] as const);
  if (kind === 'mismatch') {
    tellMismatch(deal);
    return;
  }
  const isRequest = kind === 'request';
  const name = isRequest ? `f${random.int(3) + 2}` : `PAY${random.int(3)}`;
  if (!isNew(deal, name)) return;
  const say = (): Told =>
    isRequest ? deal.requestConflicted(name) : deal.transactionConflicted(name);
  const by = say();
  pen.plant({ rule: 'Z', by, severity: isRequest ? 'WARNING' : 'CRITICAL' });
  if (!random.chance(0.3)) return;
  pen.wait(2, 2_000);
  say();
}

/** Of each payment, what was told already: once more it would be the same fact. */
const toldOf = new WeakMap<Deal, Set<string>>();

function isNew(deal: Deal, what: string): boolean {
  const told = toldOf.get(deal) ?? new Set();
  toldOf.set(deal, told);
  const isTold = told.has(what);
  told.add(what);
  return !isTold;
}

function tellMismatch(deal: Deal): void {
  const { pen } = deal;
  const { random } = pen;
  const field = random.pick(fields);
  const what = random.pick(found[field] ?? []);
  if (!isNew(deal, `${field} ${what}`)) return;
  const callback = { source: 'CALLBACK', field, found: what } as const;
  const query = { source: 'QUERY', field, found: what } as const;
  const byQuery = ruleOfQuery[field] ?? 'V';
  const isOwn = byQuery !== 'V' && pen.inForce.isOn(byQuery);
  if (random.chance(0.4)) {
    const by = deal.mismatched(query);
    pen.plant({ rule: isOwn ? byQuery : 'V', by, severity: 'CRITICAL' });
    return;
  }
  const said = deal.mismatched(callback);
  const v: Plant = { rule: 'V', by: said, severity: 'CRITICAL' };
  if (!random.chance(0.4)) {
    pen.plant(v);
    return;
  }
  // The gateway's own answer says the same: where a rule is about that, it takes V's place.
  pen.wait(5, 5_000);
  const answered = deal.mismatched(query);
  if (!isOwn) {
    pen.plant(v);
    return;
  }
  pen.plant({ ...v, endedBy: answered, over: byQuery });
  pen.plant({ rule: byQuery, by: answered, severity: 'CRITICAL' });
}

const oneFact: Story = {
  name: 'something is said of a payment for good',
  plants: ['V', 'Z', 'E', 'F', 'G'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    tellFact(deal);
    soonAfter(pen);
    if (pen.random.chance(0.5)) pay(deal);
    else cancel(deal);
  },
};

const merchantsFact: Story = {
  name: 'something is said for good of a payment whose order is not here',
  plants: ['V', 'Z', 'E', 'F', 'G'],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen, { isMerchants: true, isLed: true });
    deal.created();
    pen.wait(2, 3_000);
    tellFact(deal);
  },
};

export const factStories: readonly Story[] = [oneFact, merchantsFact];
