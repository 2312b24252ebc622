import type { PaymentsEvent, ResultsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { paymentOrderIdOf } from '../domain/payment/merchant.ts';
import type { Step, Told } from '../testing/led-payments.ts';
import {
  after,
  close,
  create,
  merchant,
  policy,
  proceed,
  proceedRefund,
  query,
  refund,
  refundId,
  report,
  start,
} from '../testing/led-payments.ts';
import { merchantResultsTopology } from './merchant-results.ts';

const input = topics.paymentsEvents.name;
const output = topics.resultsEvents.name;
const key = 'main/O-1';
const paymentOrderId = paymentOrderIdOf('main', 'O-1');

const ofMerchant = create({ merchant });
const history = (...steps: readonly (Step | number)[]): Told => after(null, ofMerchant, ...steps);

const open = (): Promise<TestDriver> => createTestDriver(merchantResultsTopology);

function pipe(driver: TestDriver, events: readonly PaymentsEvent[], at = key): void {
  for (const [index, payload] of events.entries())
    driver.pipeInput({ topic: input, key: at, payload, envelope: { id: `event-${at}-${index}` } });
}

const resultsOf = (driver: TestDriver): readonly ResultsEvent[] =>
  // The topic holds nothing else.
  driver.readOutput(output).map(({ payload }) => payload as ResultsEvent);

async function toldOf({ events }: Told): Promise<readonly string[]> {
  const driver = await open();
  pipe(driver, events);
  return resultsOf(driver).map(lineOf);
}

/** `P pending>processing G-1`: payment or refund, from, to, the gateway's number. */
function lineOf({ type, data }: ResultsEvent): string {
  const number = type === 'PaymentResult' ? data.gatewayTransactionId : data.gatewayRefundId;
  const kind = type === 'PaymentResult' ? 'P' : 'R';
  return `${kind} ${data.oldStatus}>${data.newStatus} ${number ?? '-'}`;
}

const paid = [start(), report('ACCEPTED'), 30_000, proceed, report('PAID')];
const taken = 'P pending>processing G-1';

describe('a merchant is told', () => {
  it('nothing of a payment that was only created or asked for', async () => {
    expect(await toldOf(history())).toEqual([]);
    expect(await toldOf(history(start(), report('NOT_SENT')))).toEqual([]);
  });

  it('each change of a payment once, with everything that an entry needs', async () => {
    const driver = await open();
    pipe(driver, history(...paid).events);
    const facts = {
      ...{ paymentOrderId, payNo: 'PAY1', tenant: 'main', orderNo: 'O-1' },
      ...{ amountMinor: 9_999n, currency: 'CNY', gatewayTransactionId: 'G-1' },
    };
    const written = driver.readOutput(output);
    expect(written).toMatchObject([
      { key, payload: { data: { ...facts, oldStatus: 'pending', newStatus: 'processing' } } },
      { key, payload: { data: { ...facts, oldStatus: 'processing', newStatus: 'succeeded' } } },
    ]);
    const [first, second] = written.map(({ envelope }) => envelope);
    expect(first).toMatchObject({ subject: paymentOrderId, aggregateVersion: 1n });
    expect(second).toMatchObject({ aggregateVersion: 2n, actor: 'system:merchant-results' });
    expect(first?.id).not.toBe(second?.id);
  });

  it('that an unknown payment is processing, and nothing when it comes to be known', async () => {
    const unknown = history(start(), report('UNKNOWN'));
    expect(await toldOf(unknown)).toEqual(['P pending>processing -']);
    const found = after(
      unknown,
      2_000,
      proceed,
      report('PENDING', { gatewayTransactionId: 'G-1' }),
    );
    expect(await toldOf(found)).toEqual(['P pending>processing -']);
    expect(await toldOf(after(found, 30_000, proceed, report('PAID')))).toEqual([
      'P pending>processing -',
      'P processing>succeeded G-1',
    ]);
  });

  it('that a payment failed when it was refused, failed or closed', async () => {
    expect(await toldOf(history(start(), report('REFUSED')))).toEqual(['P pending>failed -']);
    const asked = history(start(), report('ACCEPTED'), 30_000, proceed);
    expect(await toldOf(after(asked, report('FAILED')))).toEqual([
      taken,
      'P processing>failed G-1',
    ]);
    const closed = history(start(), report('ACCEPTED'), close, report('PENDING'), report('CLOSED'));
    expect(await toldOf(closed)).toEqual([taken, 'P processing>failed G-1']);
    expect(await toldOf(history(close))).toEqual(['P pending>failed -']);
  });

  it('of the next attempt without the number of the one before', async () => {
    const gateway = { ...policy, attemptsMax: 2 };
    const refused = report('REFUSED', { gatewayTransactionId: 'G-1' });
    const again = after(null, create({ merchant, gateway }), start(), refused, close);
    expect(await toldOf(again)).toEqual(['P pending>failed -']);
  });

  it('each change of a refund, by the number that the gateway gave it', async () => {
    const asked = history(...paid, refund(4_000n), start());
    const through = (...steps: readonly (Step | number)[]) => toldOf(after(asked, ...steps));
    const before = [taken, 'P processing>succeeded G-1'];
    expect(await through()).toEqual(before);
    expect(await through(report('REFUNDED'))).toEqual([...before, 'R pending>succeeded R-1']);
    expect(await through(report('REFUSED'))).toEqual([...before, 'R pending>failed -']);
    expect(await through(report('ACCEPTED', { gatewayRefundId: 'R-2' }))).toEqual([
      ...before,
      'R pending>processing R-2',
    ]);
    const unknown = [report('UNKNOWN'), 2_000, proceedRefund] as const;
    expect(await through(...unknown)).toEqual([...before, 'R pending>processing -']);
    expect(await through(...unknown, report('PENDING'))).toEqual([
      ...[...before, 'R pending>processing -'],
    ]);
  });

  it('of a success that came too late only as a refund: the payment stays failed', async () => {
    const late = history(
      ...[start(), report('ACCEPTED'), close, report('PENDING'), report('CLOSED')],
      ...[query, report('PAID'), start(), report('ACCEPTED')],
    );
    const refunding = late.state.status === 'none' ? {} : late.state.refunds;
    const [automatic = ''] = Object.keys(refunding);
    const driver = await open();
    pipe(driver, late.events);
    const results = resultsOf(driver);
    expect(results.map(lineOf)).toEqual([
      ...[taken, 'P processing>failed G-1', 'R pending>processing -'],
    ]);
    expect(results.at(-1)?.data).toMatchObject({
      ...{ refundOrderId: automatic, paymentOrderId, amountMinor: 9_999n },
    });
  });
});

describe('the task', () => {
  it('keeps quiet about payments of orders kept here, and about callbacks of unknown ones', async () => {
    const driver = await open();
    pipe(
      driver,
      after(null, create({ merchant: null }), ...paid, refund(1n), start(), report('REFUNDED'))
        .events,
    );
    const recorded = {
      ...{ payNo: 'PAY9', orderNo: null, callbackId: 'c', callbackStatus: 'SUCCESS' as const },
      ...{ channelTradeNo: null, timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
      ...{ result: 'FAILED' as const, code: 'PAYMENT_NOT_FOUND', contradictory: false },
      ...{ currentStatus: null, receivedAt: 1 },
    };
    pipe(driver, [{ type: 'PaymentCallbackRecorded', data: recorded }], 'PAY9');
    expect(resultsOf(driver)).toEqual([]);
    expect(driver.store('told').size).toBe(0);
    expect(driver.readOutput(topics.merchantResultsDeadLetters.name)).toEqual([]);
  });

  it('that is taken over at any point tells the same under the same ids', async () => {
    const { events } = history(...paid, refund(4_000n), start(), report('ACCEPTED'));
    const told = async (restarting: boolean) => {
      const driver = await open();
      const written = [];
      for (const [index, payload] of events.entries()) {
        driver.pipeInput({ topic: input, key, payload, envelope: { id: `event-${index}` } });
        if (restarting) driver.restart();
        written.push(...driver.readOutput(output));
      }
      return written;
    };
    const without = await told(false);
    expect(without.length).toBe(3);
    expect(await told(true)).toEqual(without);
  });

  it('keeps little of an order of which nothing is under way', async () => {
    const driver = await open();
    pipe(driver, history(...paid, refund(4_000n), start()).events);
    expect(driver.store('told').get(key)).toMatchObject({
      told: { payment: null, refunds: { [refundId]: { status: 'pending' } } },
    });
    const over = history(...paid, refund(4_000n), start(), report('REFUNDED')).events;
    const ended = await open();
    pipe(ended, over);
    expect(ended.store('told').get(key)).toMatchObject({ told: { payment: null, refunds: {} } });
  });
});
