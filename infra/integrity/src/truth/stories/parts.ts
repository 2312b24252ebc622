import type { DealOptions } from '../deal.ts';
import { Deal } from '../deal.ts';
import type { Pen, Plant, Told } from '../story.ts';

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

/** A merchant's payment at its gateway, so that no order has a say. */
export function beginMerchants(pen: Pen): Deal {
  const deal = new Deal(pen, { isMerchants: true, isLed: true });
  deal.created();
  soonAfter(pen);
  return deal;
}

/** The money comes, and its order shows it. Gives the success. */
export function pay(deal: Deal): Told {
  const success = deal.succeeded();
  soonAfter(deal.pen);
  deal.orderPaid();
  return success;
}

/** Nobody pays, and the order ends. Gives the end of the payment. */
export function cancel(deal: Deal): Told {
  const closed = deal.closed();
  soonAfter(deal.pen);
  deal.orderEnded('OrderCancelled');
  return closed;
}

/** It goes on for good, or something ends it around its deadline. */
export function endOrNever(pen: Pen, plant: Plant, end: () => Told): void {
  if (pen.random.chance(0.3)) {
    pen.plant(plant);
    return;
  }
  pen.goAround(plant);
  pen.plant({ ...plant, endedBy: end() });
}

export const unpaidEnds = ['OrderExpired', 'OrderCancelled', 'OrderFailed'] as const;
