import type { CommandOutcome, PaymentSucceeded, PaymentsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Json } from '@plumbline/kernel';
import { payNo, slotOf } from '@plumbline/kernel';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { paymentsTopology } from './topology.ts';

const commands = topics.paymentsCommands.name;
const key = 'main/O-1';
const number = payNo({ atMs: 1, slot: slotOf(key), random: 1 });

const create = (channel: 'MOCK' | 'ALIPAY' = 'MOCK'): PaymentsCommand => ({
  type: 'CreatePayment',
  data: {
    ...{ payNo: number, orderNo: 'O-1', tenant: 'main', amountMinor: 9_999n, currency: 'CNY' },
    ...{ channel, lifetimeMs: 60_000, gateway: null, merchant: null, replyTo: null },
  },
});
const callback = (no: string, callbackStatus: 'SUCCESS' | 'FAILED'): PaymentsCommand => ({
  type: 'ReportMockCallback',
  data: {
    ...{ payNo: no, callbackId: `${no}-${callbackStatus}`, callbackStatus, channelTradeNo: null },
    ...{ timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
  },
});

async function open() {
  const driver = await createTestDriver(paymentsTopology);
  return {
    ...driver,
    send: (at: string, payload: PaymentsCommand) =>
      driver.pipeInput({ topic: commands, key: at, payload }),
    events: () => driver.readOutput(topics.paymentsEvents.name),
    answers: () =>
      driver.readOutput(topics.paymentsOutcomes.name).map(({ payload }) => {
        const { status, answer } = payload.data as CommandOutcome;
        return { status, answer: answer === null ? null : (JSON.parse(answer) as Json) };
      }),
  };
}

describe('the payments topology', () => {
  it('answers a creation with INIT, and lets the mock channel accept right after', async () => {
    const driver = await open();
    driver.send(key, create());
    expect(driver.answers()).toMatchObject([
      { status: 'ACCEPTED', answer: { payNo: number, status: 'INIT' } },
    ]);
    driver.advanceStreamTime(1);
    const types = driver.events().map(({ payload }) => payload.type);
    expect(types).toEqual(['PaymentCreated', 'PaymentProcessing']);
  });

  it('leads a callback by the payment number to the payment, under the key of its order', async () => {
    const driver = await open();
    driver.send(key, create());
    driver.restart();
    driver.send(number, callback(number, 'SUCCESS'));
    const succeeded = driver.events().find(({ payload }) => payload.type === 'PaymentSucceeded');
    expect(succeeded).toMatchObject({ key, envelope: { subject: number } });
    const data = succeeded?.payload.data as PaymentSucceeded;
    expect(data.eventId).toBe(succeeded?.envelope.id);
    expect(data.traceId).toBe(succeeded?.envelope.correlationId);
    expect(driver.answers().at(-1)).toMatchObject({
      answer: { result: 'PROCESSED', currentStatus: 'SUCCESS' },
    });
  });

  it('keeps a callback for a payment that nobody knows, under the number that it names', async () => {
    const driver = await open();
    driver.send('PAY-unknown', callback('PAY-unknown', 'SUCCESS'));
    expect(driver.events()).toMatchObject([
      {
        key: 'PAY-unknown',
        payload: { type: 'PaymentCallbackRecorded', data: { code: 'PAYMENT_NOT_FOUND' } },
      },
    ]);
    expect(driver.answers()).toMatchObject([{ answer: { code: 'PAYMENT_NOT_FOUND' } }]);
  });

  it('closes a payment that no channel accepted in its time', async () => {
    const driver = await open();
    driver.send(key, create('ALIPAY'));
    driver.advanceStreamTime(59_000);
    expect(driver.events().map(({ payload }) => payload.type)).toEqual(['PaymentCreated']);
    driver.advanceStreamTime(2_000);
    expect(driver.events()).toMatchObject([
      { payload: { type: 'PaymentClosed', data: { reason: 'TIMED_OUT' } } },
    ]);
  });
});
