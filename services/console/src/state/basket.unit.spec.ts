import { nextTick } from 'vue';
import { describe, expect, it } from 'vitest';
import type { Item } from '../api/views.ts';
import { createBasket } from './basket.ts';

const item = (sku: string, unitAmount = '19.99', currency = 'CNY'): Item => ({
  ...{ sku, name: `Item ${sku}`, unitAmount, currency, available: '5' },
});

function memoryStore() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

function newBasket(store = memoryStore()) {
  let keys = 0;
  const basket = createBasket({ store, newKey: () => `key-${String((keys += 1))}` });
  return { basket, store };
}

const balance = (available: string, currency = 'CNY') => ({
  ...{ currency, balance: available, held: '0', available },
});

describe('a basket', () => {
  it('takes the same item together and adds up exactly', () => {
    const { basket } = newBasket();
    basket.add(item('a'));
    basket.add(item('a'));
    basket.add(item('b', '0.03'));
    expect(basket.contents.lines.map(({ quantity }) => quantity)).toEqual([2, 1]);
    expect([basket.total.value, basket.currency.value]).toEqual(['40.01', 'CNY']);
  });

  it.each([0, -1, 1.5, 1_000_001, Number.NaN])('keeps its quantity where %d is asked for', (to) => {
    const { basket } = newBasket();
    basket.add(item('a'));
    basket.setQuantity('a', 3);
    basket.setQuantity('a', to);
    expect(basket.contents.lines[0]?.quantity).toBe(3);
  });

  it('takes prices as they are now, and lets go what is sold no more', () => {
    const { basket } = newBasket();
    basket.add(item('a'));
    basket.add(item('b'));
    basket.refresh([item('a', '20.00')]);
    expect([basket.total.value, basket.contents.lines.length]).toEqual(['20.00', 1]);
  });
});

describe('the key of a purchase', () => {
  it('stays the same however often the same basket is tried', () => {
    const { basket } = newBasket();
    basket.add(item('a'));
    const first = basket.purchase();
    expect(basket.purchase()).toEqual(first);
    expect(first).toMatchObject({ idempotencyKey: 'key-1', currency: 'CNY', balance: '0' });
  });

  it('survives a reload of the page', async () => {
    const { basket, store } = newBasket();
    basket.add(item('a'));
    await nextTick();
    const { idempotencyKey } = basket.purchase();
    const again = newBasket(store).basket;
    expect(again.contents.lines).toHaveLength(1);
    expect(again.purchase().idempotencyKey).toBe(idempotencyKey);
  });

  it('is another one when the contents change, the way to pay, or after it was bought', () => {
    const { basket } = newBasket();
    const keys = new Set<string>();
    basket.add(item('a'));
    keys.add(basket.purchase().idempotencyKey);
    basket.setQuantity('a', 2);
    keys.add(basket.purchase().idempotencyKey);
    basket.channel.value = 'MOCK';
    keys.add(basket.purchase().idempotencyKey);
    basket.clear();
    basket.add(item('a'));
    basket.setQuantity('a', 2);
    keys.add(basket.purchase().idempotencyKey);
    expect(keys.size).toBe(4);
  });
});

describe('paying from the balance', () => {
  it('pays all of it without a channel, if there is enough in this currency', () => {
    const { basket } = newBasket();
    basket.add(item('a'));
    basket.contents.pay = 'balance';
    expect(basket.fault([balance('19.98')])).toBe('balance-short');
    expect(basket.fault([balance('1000', 'JPY')])).toBe('balance-short');
    expect(basket.fault([balance('19.99')])).toBeNull();
    expect(basket.purchase()).toMatchObject({ balance: '19.99', channel: null });
  });

  it.each(['', '0', '19.99', '20', '10.01', '-1', 'ten'])(
    'refuses %j as a part of 19.99 with 10 available',
    (part) => {
      const { basket } = newBasket();
      basket.add(item('a'));
      Object.assign(basket.contents, { pay: 'both', balance: part });
      expect(basket.fault([balance('10')])).toBe('balance-wrong');
    },
  );

  it('pays a part, and says what remains', () => {
    const { basket } = newBasket();
    basket.add(item('a'));
    Object.assign(basket.contents, { pay: 'both', balance: ' 9.99 ' });
    expect(basket.fault([balance('10')])).toBeNull();
    expect(basket.rest()).toBe('10.00');
    expect(basket.purchase()).toMatchObject({ balance: '9.99', channel: 'LAKALA' });
  });
});

describe('the payment service', () => {
  it.each([
    ['JPY', ['PAYPAY', 'MOCK']],
    ['CNY', ['LAKALA', 'MOCK']],
    ['EUR', ['MOCK']],
  ])('of a basket in %s is one that takes it', (currency, channels) => {
    const { basket } = newBasket();
    basket.add({ ...item('a'), currency });
    expect(basket.channels.value).toEqual(channels);
    expect(basket.purchase().channel).toBe(channels[0]);
  });

  it('is the chosen one again when the currency lets it', () => {
    const { basket } = newBasket();
    basket.add({ ...item('a'), currency: 'JPY' });
    basket.channel.value = 'PAYPAY';
    basket.remove('a');
    basket.add(item('a'));
    expect(basket.channel.value).toBe('LAKALA');
    basket.remove('a');
    basket.add({ ...item('b'), currency: 'JPY' });
    expect(basket.channel.value).toBe('PAYPAY');
  });
});

describe('what was kept', () => {
  it.each(['', '{', '7', '{"contents":{}}', '{"contents":{"lines":[{}]}}'])(
    'is let go where it is %j',
    (text) => {
      const store = memoryStore();
      store.setItem('basket', text);
      expect(newBasket(store).basket.fault([])).toBe('empty');
    },
  );

  it('is not needed: a browser that forbids storage has a basket until it is closed', () => {
    const refuse = (): never => {
      throw new Error('SecurityError');
    };
    const store = { getItem: refuse, setItem: refuse, removeItem: refuse };
    const basket = createBasket({ store, newKey: () => 'k' });
    basket.add(item('a'));
    expect(basket.purchase().items).toEqual([{ sku: 'a', quantity: 1 }]);
  });
});
