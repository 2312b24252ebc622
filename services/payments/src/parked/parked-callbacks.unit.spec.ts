import type { Codec, PaymentsCommand, PaymentsEvent } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics, Unencodable } from '@plumbline/events';
import { payNo as payNoOf, slotOf } from '@plumbline/kernel';
import type { OutputMessage } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import { callback, create, gatewayCallback } from '../testing/led-payments.ts';
import { paymentsTopology } from '../topology.ts';
import { gatewayCallsTopology } from '../worker/waiting-calls.ts';
import { parkedForMs, parkedPaymentsMax, parkedPerPaymentMax } from './limits.ts';
import { parkedCallbacksStore, parkedCountStore } from './parked-callbacks.ts';

const commands = topics.paymentsCommands.name;
const callbacks = topics.callbacksEvents.name;
const events = topics.paymentsEvents.name;
const key = 'main/O-1';
const payNo = payNoOf({ atMs: 1, slot: slotOf(key), random: 1 });

/** A command of the decider's tests with this payment's number. */
function numbered(command: ReturnType<typeof create>, over: object = {}): PaymentsCommand {
  const data = { ...command.data, payNo, ...over };
  // None of those that the tests below take is a timer's.
  return { ...command, data } as PaymentsCommand;
}
const creation = numbered(create());

/** The payments' task and the one that follows it, each reading what the other writes. */
async function open() {
  const payments = await createTestDriver(paymentsTopology);
  const follower = await createTestDriver(gatewayCallsTopology);
  const all: OutputMessage[] = [];

  /** What the follower says is not decided before `deliver`, as if it were slow. */
  function follow(): void {
    for (const { topic, key: at, payload, envelope } of payments.readOutput(events)) {
      all.push({ topic, partition: 0, key: at, payload, envelope });
      follower.pipeInput({ topic, key: at, payload, envelope });
    }
  }
  function deliver(): readonly OutputMessage[] {
    const said = follower.readOutput(commands);
    for (const { topic, key: at, payload, envelope } of said)
      payments.pipeInput({ topic, key: at, payload, envelope });
    follow();
    return said;
  }
  return {
    ...{ payments, follower, follow, deliver },
    send(at: string, payload: PaymentsCommand, id?: string): void {
      const envelope = id === undefined ? {} : { id };
      payments.pipeInput({ topic: commands, key: at, payload, envelope });
      follow();
    },
    /** What was said of callbacks that wait, since the last call. */
    told: () => follower.readOutput(callbacks),
    parked: () => follower.store(parkedCallbacksStore),
    count: () => follower.store(parkedCountStore).get('payments') ?? 0,
    /** Type and, of a callback, its result; those under the key of the order. */
    history: () =>
      all.filter((message) => message.key === key).map(({ payload }) => short(payload)),
    all: () => all,
  };
}

function short(payload: OutputMessage['payload']): string {
  const { result } = payload.data as { readonly result?: string };
  return result === undefined ? payload.type : `${payload.type}(${result})`;
}

describe('a callback that comes before its payment', () => {
  it('is said again to the payment once there is one, and pays it', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('PAID')), 'callback-1');
    expect([...run.parked().keys()]).toEqual([payNo]);
    expect(run.count()).toBe(1);
    run.send(key, creation);
    const said = run.deliver();
    expect(said).toMatchObject([
      {
        key,
        payload: numbered(gatewayCallback('PAID')),
        envelope: { actor: 'system:parked-callbacks', subject: payNo },
      },
    ]);
    const created = run.all().find(({ payload }) => payload.type === 'PaymentCreated');
    expect(said[0]?.envelope.causationId).toBe(created?.envelope.id);
    expect(run.history()).toEqual([
      ...['PaymentCreated', 'GatewayCallRequested'],
      ...['GatewayCallbackRecorded(PROCESSED)', 'PaymentSucceeded'],
    ]);
    expect(run.parked().size).toBe(0);
    expect(run.count()).toBe(0);
    expect(run.follower.timers()).toEqual([]);
  });

  it('is said again in the order in which it came, with what contradicts it', async () => {
    const run = await open();
    run.send(payNo, numbered(callback('SUCCESS'), { callbackId: 'c' }));
    run.send(payNo, numbered(callback('FAILED'), { callbackId: 'c' }));
    run.send(key, creation);
    expect(run.deliver()).toHaveLength(2);
    expect(run.history().slice(2)).toEqual([
      ...['PaymentCallbackRecorded(PROCESSED)', 'PaymentSucceeded'],
      ...['PaymentCallbackRecorded(IGNORED)', 'PaymentReportContradicted'],
    ]);
  });

  it('counts once, also when the gateway repeats it in the meantime', async () => {
    const run = await open();
    const paid = numbered(gatewayCallback('PAID'));
    run.send(payNo, paid);
    run.send(payNo, paid);
    run.send(key, creation);
    // The gateway's own repeat overtakes the one that was parked.
    run.send(payNo, paid);
    expect(run.deliver()).toHaveLength(1);
    const settled = run.history();
    expect(settled.filter((event) => event === 'PaymentSucceeded')).toHaveLength(1);
    run.follower.restart();
    expect(run.deliver()).toEqual([]);
    expect(run.history()).toEqual(settled);
  });

  it('has the same command each time that it is said again from the log', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('PAID')));
    run.send(key, creation);
    const [said] = run.deliver();
    const another = await createTestDriver(gatewayCallsTopology);
    for (const { topic, key: at, payload, envelope } of run.all())
      another.pipeInput({ topic, key: at, payload, envelope });
    const [again] = another.readOutput(commands);
    expect(again?.envelope.id).toBe(said?.envelope.id);
    expect(again?.payload).toEqual(said?.payload);
  });

  it('waits through a restart, and a week, and no longer', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('PAID')));
    run.follower.restart();
    run.follower.advanceStreamTime(parkedForMs - 1_000);
    expect(run.parked().size).toBe(1);
    run.follower.advanceStreamTime(2_000);
    expect(run.parked().size).toBe(0);
    expect(run.count()).toBe(0);
    run.send(key, creation);
    expect(run.deliver()).toEqual([]);
  });
});

describe('what is said of callbacks that wait', () => {
  const at = `platform/payment.${payNo}`;

  it('is that each of them waits, with what it says, and that the payment is there', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('FAILED'), { callbackId: 'c-1' }));
    run.send(payNo, numbered(gatewayCallback('PAID'), { callbackId: 'c-2' }));
    run.send(payNo, numbered(callback('SUCCESS'), { callbackId: 'c-3' }));
    const [failed, paid, byContract1, ...more] = run.told();
    expect(more).toEqual([]);
    const recorded = run.all().map(({ envelope }) => envelope.id);
    expect(failed).toMatchObject({
      key: at,
      payload: {
        type: 'CallbackUnclaimed',
        data: { payNo, callbackId: 'c-1', saysPaid: false, waiting: 1 },
      },
    });
    const { channel, answer } = numbered(gatewayCallback('PAID')).data as {
      readonly channel: string;
      readonly answer: { readonly gatewayTransactionId: string; readonly amountMinor: bigint };
    };
    const { gatewayTransactionId, amountMinor } = answer;
    expect(paid?.payload.data).toMatchObject({
      ...{ callbackId: 'c-2', saysPaid: true, waiting: 2, paymentEventId: recorded[1] },
      ...{ channel, gatewayTransactionId, amountMinor },
    });
    expect(byContract1?.payload.data).toMatchObject({
      ...{ callbackId: 'c-3', saysPaid: true, waiting: 3 },
      ...{ channel: null, amountMinor: null, currency: null },
    });
    run.send(key, creation);
    const created = run.all().find(({ payload }) => payload.type === 'PaymentCreated');
    expect(run.told()).toMatchObject([
      {
        key: at,
        payload: {
          type: 'CallbacksClaimed',
          data: {
            ...{ payNo, tenant: 'main', orderNo: 'O-1', claimed: 3 },
            paymentEventId: created?.envelope.id,
          },
        },
        envelope: { causationId: created?.envelope.id, aggregateVersion: null },
      },
    ]);
  });

  it('is not that a refund was: no money came in', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('PAID'), { refundReference: 'R-1' }));
    expect(run.told()).toMatchObject([{ payload: { data: { saysPaid: false } } }]);
  });

  it('is nothing of a payment that is there, and nothing twice', async () => {
    const run = await open();
    run.send(key, creation);
    run.send(payNo, numbered(gatewayCallback('PAID')));
    expect(run.told()).toEqual([]);
    const other = payNoOf({ atMs: 2, slot: slotOf(key), random: 7 });
    const stray = numbered(gatewayCallback('PAID'), { payNo: other });
    run.send(other, stray);
    run.send(other, stray);
    run.follower.restart();
    run.send(other, stray);
    expect(run.told()).toHaveLength(1);
  });

  it('is the same each time that it is said again from the log', async () => {
    const run = await open();
    run.send(payNo, numbered(gatewayCallback('PAID')));
    run.send(key, creation);
    const again = await createTestDriver(gatewayCallsTopology);
    for (const { topic, key: from, payload, envelope } of run.all())
      again.pipeInput({ topic, key: from, payload, envelope });
    const ids = ({ envelope }: OutputMessage) => envelope.id;
    const told = run.told();
    expect(again.readOutput(callbacks).map(ids)).toEqual(told.map(ids));
    expect(new Set(told.map(ids)).size).toBe(2);
  });
});

describe('what is parked', () => {
  const recorded = (over: object): PaymentsEvent => {
    const data = numbered(gatewayCallback('PAID')).data;
    const kept = { orderNo: null, result: 'FAILED', currentStatus: null, receivedAt: 1 };
    const event = { ...data, ...kept, code: 'PAYMENT_NOT_FOUND', ...over };
    return { type: 'GatewayCallbackRecorded', data: event } as PaymentsEvent;
  };
  const pipe = (run: Awaited<ReturnType<typeof open>>, at: string, event: PaymentsEvent) =>
    run.follower.pipeInput({ topic: events, key: at, payload: event });

  it('is nothing that found its payment, and nothing whose merchant nobody looked at', async () => {
    const run = await open();
    pipe(run, payNo, recorded({ code: 'NOTHING_NEW' }));
    pipe(run, payNo, recorded({ code: null }));
    pipe(run, payNo, recorded({ merchantMatches: null }));
    expect(run.parked().size).toBe(0);
  });

  it('is nothing that could not be said again: a body from before bodies were encrypted', async () => {
    const codec = createCodec(createMemorySchemaIds());
    const strict: Codec = {
      ...codec,
      encode(topic, payload) {
        if (topic === commands) throw new Unencodable('PII_NOT_ENCRYPTED', 'in the clear', 'raw');
        return codec.encode(topic, payload);
      },
    };
    const follower = await createTestDriver(gatewayCallsTopology, { codec: strict });
    follower.pipeInput({ topic: events, key: payNo, payload: recorded({}) });
    expect(follower.store(parkedCallbacksStore).size).toBe(0);
    expect(follower.readOutput(topics.gatewayCallsDeadLetters.name)).toEqual([]);
  });

  it('is each callback once, however often it was recorded', async () => {
    const run = await open();
    for (const callbackId of ['n-1', 'n-2', 'n-1']) pipe(run, payNo, recorded({ callbackId }));
    run.send(key, creation);
    expect(run.deliver()).toHaveLength(2);
  });

  it('is limited for each number, and the first ones count', async () => {
    const run = await open();
    for (let n = 0; n < parkedPerPaymentMax + 3; n += 1)
      pipe(run, payNo, recorded({ callbackId: `n-${n}` }));
    run.send(key, creation);
    const ids = run
      .deliver()
      .map(({ payload }) => (payload.data as { callbackId: string }).callbackId);
    expect(ids).toEqual(Array.from({ length: parkedPerPaymentMax }, (_, n) => `n-${n}`));
  });

  it('is limited in numbers, and the rest stays in the log alone', async () => {
    const run = await open();
    for (let n = 0; n <= parkedPaymentsMax; n += 1) {
      const forged = payNoOf({ atMs: 2, slot: slotOf(key), random: n });
      pipe(run, forged, recorded({ payNo: forged }));
    }
    expect(run.count()).toBe(parkedPaymentsMax);
    expect(run.parked().size).toBe(parkedPaymentsMax);
  });
});
