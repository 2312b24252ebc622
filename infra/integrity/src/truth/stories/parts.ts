import type { DealOptions } from '../deal.ts';
import { Deal } from '../deal.ts';
import type { Pen, Told } from '../story.ts';

/** What of a deal is under way, and nothing wrong with it. */
export interface Begun {
  readonly deal: Deal;
  readonly created: Told;
  readonly opened: Told;
  readonly awaiting: Told;
}

/** Between two events that follow from one another, ms: far below every grace. */
const soon = { from: 2, to: 400 } as const;

export const soonAfter = (pen: Pen): void => pen.wait(soon.from, soon.to);

/** An order that waits for its payment, in one of the orders in which topics may be read. */
export function begin(pen: Pen, options: DealOptions = {}): Begun {
  const deal = new Deal(pen, { isLed: pen.random.chance(0.5), ...options });
  const created = deal.orderCreated();
  soonAfter(pen);
  if (options.isPurchase === true && pen.random.chance(0.5)) {
    deal.checkout('CheckoutStockRequested');
    soonAfter(pen);
  }
  const isCrossed = pen.random.chance(0.3);
  const first = isCrossed ? deal.awaiting() : deal.created();
  soonAfter(pen);
  const second = isCrossed ? deal.created() : deal.awaiting();
  soonAfter(pen);
  const [opened, awaiting] = isCrossed ? [second, first] : [first, second];
  if (pen.random.chance(0.4)) deal.processing();
  soonAfter(pen);
  noise(deal);
  // Of a payment that had succeeded this would be another story.
  if (pen.random.chance(0.1)) deal.answered({ result: 'PENDING' }, 'PAYING');
  return { deal, created, opened, awaiting };
}

/** What changes nothing, wherever it stands. */
export function noise(deal: Deal): void {
  const { random } = deal.pen;
  if (random.chance(0.15)) deal.deferred();
  if (random.chance(0.1)) deal.reportRecorded();
}

export const unpaidEnds = ['OrderExpired', 'OrderCancelled', 'OrderFailed'] as const;
