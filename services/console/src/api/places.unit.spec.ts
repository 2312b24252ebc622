import { describe, expect, it } from 'vitest';
import { placeKeptMs, placesMax } from '../limits.ts';
import { createPlaces } from './places.ts';

describe('the places that reads are to show', () => {
  it('are the furthest of each partition', () => {
    const places = createPlaces(() => 0);
    expect(places.text()).toBeNull();
    places.note('orders.events.v1:1:7, payments.events.v1:1:3');
    places.note('orders.events.v1:1:5');
    places.note('orders.events.v1:2:9');
    expect(places.text()).toBe('orders.events.v1:1:7,payments.events.v1:1:3,orders.events.v1:2:9');
  });

  it('are as many as the API takes, the latest of them', () => {
    const places = createPlaces(() => 0);
    for (let partition = 0; partition <= placesMax; partition += 1)
      places.note(`orders:${String(partition)}:1`);
    expect(places.text()?.split(',')).toHaveLength(placesMax);
    expect(places.text()).not.toContain('orders:0:1');
  });

  it('are let go after a while, and at once for another person', () => {
    let now = 0;
    const places = createPlaces(() => now);
    places.note('orders:1:7');
    now = placeKeptMs - 1;
    expect(places.text()).toBe('orders:1:7');
    now = placeKeptMs;
    expect(places.text()).toBeNull();
    places.note('orders:1:7');
    places.clear();
    expect(places.text()).toBeNull();
  });

  it.each(['', 'orders', 'orders:1', 'orders:1:x', 'a b:1:1', 'orders:1:-1'])(
    'do not come from %j, which the API would refuse',
    (text) => {
      const places = createPlaces(() => 0);
      places.note(text);
      expect(places.text()).toBeNull();
    },
  );
});
