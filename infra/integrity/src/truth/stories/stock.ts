import type { InventoryEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { Pen, Story, Told } from '../story.ts';
import { soonAfter } from './parts.ts';

/** An item of the stock, as its service writes of it. */
class Item {
  readonly #pen: Pen;
  readonly #of: { readonly tenant: string; readonly sku: string };

  constructor(pen: Pen) {
    const { tenant, orderNo: sku } = splitRoutingKey(pen.key);
    this.#pen = pen;
    this.#of = { tenant, sku };
    const price = { unitAmountMinor: 1_990n, currency: 'CNY', describedAt: pen.nowMs };
    this.#say({ type: 'ItemDescribed', data: { ...this.#of, name: 'a book', ...price } });
    this.#say({
      type: 'StockReceived',
      data: { ...this.#of, receiptId: 'first', quantity: 1_000, receivedAt: pen.nowMs },
    });
  }

  reserved(id: string, quantity: number): Told {
    const { nowMs } = this.#pen;
    const times = { expireAt: nowMs + 86_400_000, reservedAt: nowMs };
    return this.#say({ type: 'StockReserved', data: { ...this.#on(id, quantity), ...times } });
  }

  released(id: string, quantity: number): Told {
    const data = { ...this.#on(id, quantity), reason: 'expired', releasedAt: this.#pen.nowMs };
    return this.#say({ type: 'StockReleased', data });
  }

  expired(id: string, quantity: number): Told {
    const data = { ...this.#on(id, quantity), expiredAt: this.#pen.nowMs };
    return this.#say({ type: 'ReservationExpired', data });
  }

  sold(id: string, quantity: number, afterExpiry = false): Told {
    const data = { ...this.#on(id, quantity), afterExpiry, confirmedAt: this.#pen.nowMs };
    return this.#say({ type: 'StockConfirmed', data });
  }

  writtenOff(writeOffId: string, quantity: number): Told {
    const about = { ...this.#of, writeOffId, quantity, reason: 'it was never there' };
    return this.#say({
      type: 'StockWrittenOff',
      data: { ...about, writtenOffAt: this.#pen.nowMs },
    });
  }

  #on(reservationId: string, quantity: number) {
    return { ...this.#of, reservationId, orderNo: `O-${reservationId}`, quantity };
  }

  #say(event: InventoryEvent): Told {
    return this.#pen.tell(topics.inventoryEvents.name, event);
  }
}

/** What may be sold, given back or end by its time, once. */
function endWell(item: Item, pen: Pen, id: string, quantity: number): void {
  const how = pen.random.pick(['sold', 'released', 'expired', 'sold late'] as const);
  if (how === 'sold') item.sold(id, quantity);
  if (how === 'released') item.released(id, quantity);
  if (how === 'expired' || how === 'sold late') item.expired(id, quantity);
  if (how !== 'sold late') return;
  soonAfter(pen);
  item.sold(id, quantity, true);
}

const grace = 'R/excessGraceMs';

/** mollie/WooCommerce#1252: what was sold or given back is given back once more. */
const releasedTwice: Story = {
  name: 'stock is released twice',
  plants: ['R'],
  about: 'item',
  tell(pen) {
    const { random } = pen;
    const item = new Item(pen);
    for (let index = 0, count = 1 + random.int(3); index < count; index += 1) {
      const id = `r${index}`;
      const quantity = 1 + random.int(4);
      pen.wait(2, 5_000);
      item.reserved(id, quantity);
      soonAfter(pen);
      const isMore = random.chance(0.3);
      if (!isMore) endWell(item, pen, id, quantity);
      soonAfter(pen);
      const tooMany = isMore ? 1 + random.int(3) : quantity;
      const back = isMore ? quantity + tooMany : quantity;
      const by = random.chance(0.7) ? item.released(id, back) : item.expired(id, back);
      const graceMs = pen.inForce.graceMs(grace);
      const plant = { rule: 'R', by, severity: 'CRITICAL', graceMs } as const;
      // Broken ones are no correction, and neither is a part.
      if (random.chance(0.2)) item.writtenOff('broken', tooMany);
      if (tooMany > 1 && random.chance(0.2)) item.writtenOff(id, tooMany - 1);
      if (random.chance(0.4)) {
        pen.plant(plant);
        continue;
      }
      pen.wait(1, 10_000);
      pen.plant({ ...plant, endedBy: item.writtenOff(id, tooMany) });
    }
  },
};

/** Looks like it: each reservation ends once, and its id may come again. */
const releasedOnce: Story = {
  name: 'stock is put aside and ends, sold or given back',
  plants: [],
  about: 'item',
  tell(pen) {
    const item = new Item(pen);
    for (let index = 0; index < 4; index += 1) {
      const id = `r${index % 3}`;
      pen.wait(2, 5_000);
      item.reserved(id, 2);
      soonAfter(pen);
      endWell(item, pen, id, 2);
    }
  },
};

export const stockStories: readonly Story[] = [releasedTwice, releasedOnce];
