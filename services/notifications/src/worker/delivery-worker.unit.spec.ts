import { createMetrics } from '@plumbline/observability';
import { describe, expect, it } from 'vitest';
import type { DueDelivery } from './port.ts';
import type { Behaviour } from './testing/delivery-world.ts';
import { active, createDeliveryWorld, startMs } from './testing/delivery-world.ts';

/** One attempt at an endpoint that behaves so, and what is reported of it. */
async function resultOf(behaviour: Behaviour) {
  const world = createDeliveryWorld();
  world.behave('ep_a', behaviour);
  world.start();
  world.add({ laneKey: 'ep_a' });
  await world.advance(40_000);
  expect(world.reports).toHaveLength(1);
  return world.reports[0]?.result;
}

describe('what an attempt shows', () => {
  it('is reported with the beginning of the answer and where the time went', async () => {
    expect(await resultOf({ status: 204 })).toEqual({
      ...{ kind: 'DELIVERED', code: null, message: null, httpStatus: 204, retryAfterMs: null },
      ...{ startedAtMs: startMs, durationMs: 20, dnsMs: 0, connectMs: null, firstByteMs: 13 },
      ...{ response: Buffer.from('ok'), responseTruncated: false },
      requestBytes: expect.any(Number) as number,
    });
  });

  it.each([
    [200, 'DELIVERED', null],
    [302, 'FAILED', 'HTTP_302'],
    [404, 'FAILED', 'HTTP_404'],
    [410, 'GONE', 'HTTP_410'],
    [429, 'FAILED', 'HTTP_429'],
    [500, 'FAILED', 'HTTP_500'],
  ])('an answer of %d is %s', async (status, kind, code) => {
    expect(await resultOf({ status })).toMatchObject({ kind, code, httpStatus: status });
  });

  it('no answer is a failure under its own code, and a time-out takes as long as it may', async () => {
    const { httpStatus, response } = { httpStatus: null, response: null };
    expect(await resultOf({ code: 'REFUSED_ADDRESS' })).toMatchObject({
      ...{ kind: 'FAILED', code: 'REFUSED_ADDRESS', message: 'no answer', httpStatus, response },
    });
    expect(await resultOf({ hangs: true })).toMatchObject({
      code: 'TIMED_OUT',
      durationMs: 30_000,
    });
  });

  it.each([429, 503])('a hint when to come again counts with %d', async (status) => {
    const headers = { 'retry-after': '120' };
    expect(await resultOf({ status, headers })).toMatchObject({ retryAfterMs: 120_000 });
    expect(await resultOf({ status: 500, headers })).toMatchObject({ retryAfterMs: null });
  });

  it('the time-out is that of the endpoint, where it has one', async () => {
    const world = createDeliveryWorld({ limits: { timeoutMs: 1_000 } });
    world.configure('ep_a', { ...active, timeoutMs: 2_000 });
    for (const laneKey of ['ep_a', 'ep_b']) {
      world.behave(laneKey, { hangs: true });
      world.add({ laneKey });
    }
    world.start();
    await world.advance(2_100);
    const code = 'TIMED_OUT';
    expect(world.reports.map(({ result }) => result)).toMatchObject([
      { code, durationMs: 1_000 },
      { code, durationMs: 2_000 },
    ]);
  });
});

describe('a request that cannot be prepared', () => {
  it('is tried again when it is for a reason of ours, and uses up no attempt', async () => {
    const world = createDeliveryWorld();
    let isAway = true;
    world.hooks.prepare = () => (isAway ? { kind: 'later', why: 'the vault is away' } : null);
    world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(10_000);
    expect([world.seen.length, world.reports.length]).toEqual([0, 0]);
    isAway = false;
    await world.advance(15_000);
    expect(world.reports.map(({ due, result }) => [due.attempt, result.kind])).toEqual([
      [1, 'DELIVERED'],
    ]);
  });

  it('is reported as undeliverable when it never can be', async () => {
    const world = createDeliveryWorld();
    const why = { code: 'TEMPLATE_FAILED', message: 'there is no such field' };
    world.hooks.prepare = () => ({ kind: 'undeliverable', ...why });
    world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    expect(world.seen).toEqual([]);
    expect(world.reports[0]?.result).toMatchObject({
      kind: 'UNDELIVERABLE',
      ...why,
      durationMs: 0,
    });
  });

  it('fails when preparing it breaks, so that others of its lane are not held up', async () => {
    const world = createDeliveryWorld();
    const bad = world.add({ laneKey: 'ep_a' });
    world.hooks.prepare = ({ notificationId }) => {
      if (notificationId === bad.notificationId) throw new Error('a defect');
      return null;
    };
    world.add({ laneKey: 'ep_a' });
    world.start();
    await world.advance(100);
    const kinds = world.reports.map(({ result: { kind, code } }) => [kind, code]);
    expect(kinds).toEqual([
      ['FAILED', 'NOT_PREPARED'],
      ['DELIVERED', null],
    ]);
  });
});

describe('within one process', () => {
  it('a report is repeated until it is written, and nothing is sent again meanwhile', async () => {
    const world = createDeliveryWorld();
    let isDown = true;
    world.hooks.reportFails = () => isDown;
    world.start();
    const due = world.add({ laneKey: 'ep_a' });
    await world.advance(10_000);
    world.storeOf(due).set(world.keyOf(due), due);
    await world.advance(10_000);
    expect([world.seen.length, world.reports.length]).toEqual([1, 0]);
    isDown = false;
    await world.advance(5_100);
    expect([world.seen.length, world.reports.length]).toEqual([1, 1]);
  });

  it('what is reported is remembered until its entry is gone', async () => {
    const world = createDeliveryWorld({ over: { report: () => Promise.resolve('refused') } });
    world.start();
    const due = world.add({ laneKey: 'ep_a' });
    await world.advance(1_000);
    world.storeOf(due).set(world.keyOf(due), due);
    await world.advance(1_000);
    expect(world.seen).toHaveLength(1);
    world.storeOf(due).delete(world.keyOf(due));
    world.storeOf(due).set(world.keyOf(due), due);
    await world.advance(1_000);
    expect(world.seen).toHaveLength(2);
  });

  it('an attempt is one and the same under whichever key it stands', async () => {
    const world = createDeliveryWorld({ over: { report: () => Promise.resolve('written') } });
    world.start();
    const due = world.add({ laneKey: 'ep_a' });
    await world.advance(1_000);
    const later = { ...due, dueMs: due.dueMs + 500 };
    world.storeOf(due).set(world.keyOf(later), later);
    await world.advance(1_000);
    expect(world.seen).toHaveLength(1);
  });

  it('no request begins while a thousand reports are not written', async () => {
    const world = createDeliveryWorld();
    let isDown = true;
    world.hooks.reportFails = () => isDown;
    world.start();
    for (let i = 0; i < 2_000; i += 1) world.add({ laneKey: `ep_${i % 100}` });
    await world.advance(20_000);
    const sent = world.seen.length;
    expect(sent).toBeGreaterThanOrEqual(1_024);
    expect(sent).toBeLessThanOrEqual(1_024 + 256);
    isDown = false;
    await world.advance(20_000);
    expect([world.seen.length, world.left().length]).toEqual([2_000, 0]);
  });

  it('the next attempt under the same key is another', async () => {
    const world = createDeliveryWorld({ over: { report: () => Promise.resolve('written') } });
    world.start();
    const due = world.add({ laneKey: 'ep_a' });
    await world.advance(1_000);
    world.storeOf(due).set(world.keyOf(due), { ...due, attempt: 2 });
    await world.advance(1_000);
    expect(world.seen).toHaveLength(2);
  });

  it('a task that is lost and comes back sends nothing that is still under way', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_a', { afterMs: 5_000 });
    const { following } = world.start();
    const due = world.add({ laneKey: 'ep_a' });
    await world.advance(1_000);
    world.storeOf(due).close({ isTold: true });
    await world.advance(1_000);
    world.storeOf(due).open(following);
    await world.advance(10_000);
    expect([world.seen.length, world.reports.length]).toEqual([1, 1]);
    expect(world.left()).toEqual([]);
  });

  it('nothing begins that went to somebody else', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_a', { afterMs: 1_000 });
    world.start();
    for (let i = 0; i < 40; i += 1) world.add({ laneKey: 'ep_a' });
    await world.advance(500);
    const before = world.seen.length;
    for (const partition of world.partitions) partition.close({ isTold: true });
    await world.advance(60_000);
    expect(world.seen).toHaveLength(before);
  });

  it('what was abandoned while it waited is not sent', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_a', { afterMs: 1_000 });
    world.start();
    const all = Array.from({ length: 5 }, () => world.add({ laneKey: 'ep_a' }));
    await world.advance(500);
    const last = all.at(-1) as DueDelivery;
    world.storeOf(last).delete(world.keyOf(last));
    await world.advance(10_000);
    expect(world.seen).toHaveLength(4);
  });
});

describe('a worker that stops', () => {
  it('begins nothing more and waits for what is under way', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_a', { afterMs: 3_000 });
    const worker = world.start();
    for (let i = 0; i < 9; i += 1) world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    let isClosed = false;
    const closing = worker.close().then(() => (isClosed = true));
    await world.advance(2_800);
    expect([isClosed, world.seen.length]).toEqual([false, 2]);
    await world.advance(500);
    await closing;
    expect([world.seen.length, world.reports.length]).toEqual([2, 2]);
  });

  it('breaks off after 8 s, and leaves to the next what it has not reported', async () => {
    const metrics = createMetrics({ service: 't', processMetrics: false });
    const world = createDeliveryWorld({ over: { metrics } });
    world.behave('ep_a', { hangs: true });
    const worker = world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    const closing = worker.close();
    await world.advance(8_100);
    await closing;
    expect([world.underWay('ep_a'), world.reports.length]).toEqual([0, 0]);
    expect(await metrics.text()).not.toContain('result="FAILED"');
    world.behave('ep_a', { status: 200 });
    world.start();
    await world.advance(1_000);
    expect([world.seen.length, world.reports.length, world.left().length]).toEqual([2, 1, 0]);
  });
});

describe('the measurements', () => {
  it('tell results, lateness and who is parked, and name no endpoint', async () => {
    const metrics = createMetrics({ service: 't', processMetrics: false });
    const world = createDeliveryWorld({ over: { metrics } });
    world.configure('ep_b', { ...active, status: 'PAUSED' });
    world.start();
    world.add({ laneKey: 'ep_a', dueMs: startMs - 700 });
    world.add({ laneKey: 'ep_a', attempt: 2, dueMs: startMs - 90 });
    world.add({ laneKey: 'ep_b' });
    await world.advance(100);
    const text = await metrics.text();
    const prefix = 'plumbline_notifications';
    for (const line of [
      `${prefix}_attempts_total{result="DELIVERED",service="t"} 2`,
      `${prefix}_lateness_seconds_sum{service="t",attempt="first"} 0.7`,
      `${prefix}_lateness_seconds_sum{service="t",attempt="retry"} 0.09`,
      `${prefix}_parked_lanes{service="t"} 1`,
      `${prefix}_in_flight{service="t"} 0`,
      `${prefix}_queued{service="t"} 0`,
    ])
      expect(text).toContain(line);
    expect(text).not.toContain('ep_');
  });
});
