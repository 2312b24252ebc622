import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { AlertsCommand, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { broadcastKeys, partitionOfRecordKey } from '@plumbline/kernel';
import { replayTopology } from '@plumbline/runtime';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';

/** A log whose clock the test sets, with orders of which the alerts have been raised. */
export interface History {
  readonly session: MemorySession;
  /** When it begins, epoch ms. */
  readonly beganMs: number;
  /** An order that is paid now, and shows it after so long; null for never. */
  paid(orderNo: string, shownAfterMs: number | null): void;
  setGrace(rule: string, graceMs: number): void;
  say(orderNo: string, command: AlertsCommand): void;
  /** Moves the clock, and writes what is due meanwhile. */
  pass(ms: number): void;
  nowMs(): number;
  /** Writes the alerts that the running task would have raised by now, or what is made of them. */
  raise(written?: (alert: OutgoingRecord) => OutgoingRecord | null): Promise<void>;
}

const partitions = 4;
const [currency, amountMinor] = ['CNY', 9_990n];

export async function createHistory(): Promise<History> {
  const beganMs = Date.UTC(2026, 0, 5);
  const clock = { ms: beganMs, nowMs: () => clock.ms };
  const session = createMemorySession({ clock });
  const { memory, memoryCodec: codec } = session;
  const [orders, payments, commands] = [
    topics.ordersEvents.name,
    topics.paymentsEvents.name,
    topics.alertsCommands.name,
  ];
  await codec.prepare([
    ...[orders, payments, commands, topics.alertsOutcomes.name],
    ...[topics.alertsEvents.name, topics.consistencyAlertsDeadLetters.name],
  ]);
  const due: { readonly atMs: number; readonly write: () => void }[] = [];
  const raised = new Map<number, number>();
  let events = 0;

  function write(
    topic: string,
    payload: OrdersEvent | PaymentsEvent | AlertsCommand,
    at: { readonly key: string; readonly partition?: number },
  ): void {
    events += 1;
    clock.ms += 1;
    const { key, partition = partitionOfRecordKey(key, partitions) } = at;
    memory.appendRaw({
      ...{ topic, partition, key: Buffer.from(key), value: codec.encode(topic, payload) },
      headers: encodeEnvelope({
        ...{ id: `e${events}`, type: payload.type, source: '/test', subject: key },
        ...{ timeMs: clock.ms, correlationId: `e${events}`, causationId: null },
        ...{ actor: 'operator:ana', aggregateVersion: null, previousHash: null },
        ...{ subjectKeyId: null, traceparent: null },
      }),
    });
  }

  function paid(orderNo: string, shownAfterMs: number | null): void {
    const at = { key: `main/${orderNo}` };
    const payNo = `P${orderNo}`;
    const of = { orderNo, payNo };
    const money = { amountMinor, currency };
    write(orders, orderCreated(orderNo), at);
    write(payments, paymentCreated(orderNo), at);
    write(
      orders,
      { type: 'OrderAwaitingPayment', data: { ...of, paymentEventId: 'p1', atGateway: false } },
      at,
    );
    write(
      payments,
      {
        type: 'PaymentSucceeded',
        data: {
          ...{ ...of, ...money, eventId: `s${orderNo}`, channel: 'MOCK', paidAt: 0 },
          ...{ channelTradeNo: `T${orderNo}`, eventTime: 0, traceId: 't', version: '1.0' },
        },
      },
      at,
    );
    if (shownAfterMs === null) return;
    const shown: OrdersEvent = {
      type: 'OrderPaid',
      data: { ...of, ...money, paymentEventId: `s${orderNo}`, paidAt: 0 },
    };
    due.push({ atMs: clock.ms + shownAfterMs, write: () => write(orders, shown, at) });
  }

  return {
    session,
    beganMs,
    paid,
    setGrace(rule, graceMs) {
      const set = { rule, version: 1, enabled: true, graceMs, values: [] };
      const data = { rules: [set], reason: 'a test' };
      for (const [partition, key] of broadcastKeys({
        ...{ partitions, tenant: 'main', name: 'rules' },
      }).entries())
        write(commands, { type: 'ActivateRules', data }, { key, partition });
    },
    say: (orderNo, command) => write(commands, command, { key: `main/${orderNo}` }),
    pass(ms) {
      const untilMs = clock.ms + ms;
      for (const next of due.sort((one, other) => one.atMs - other.atMs).splice(0)) {
        if (next.atMs > untilMs) {
          due.push(next);
          continue;
        }
        clock.ms = Math.max(clock.ms, next.atMs);
        next.write();
      }
      clock.ms = Math.max(clock.ms, untilMs);
    },
    nowMs: () => clock.ms,
    async raise(written = (alert) => alert) {
      for (let partition = 0; partition < partitions; partition += 1) {
        const outputs: OutgoingRecord[] = [];
        await replayTopology({
          ...{ topology: consistencyAlerts, log: memory, codec, partition, partitions },
          untilMs: clock.ms,
          onOutput: (output) => {
            if (output.topic === topics.alertsEvents.name) outputs.push(output);
          },
        });
        for (const output of outputs.slice(raised.get(partition) ?? 0)) {
          const record = written(output);
          if (record !== null) memory.appendRaw(record);
        }
        raised.set(partition, outputs.length);
      }
    },
  };
}

const orderCreated = (orderNo: string): OrdersEvent => ({
  type: 'OrderCreated',
  data: {
    ...{ orderNo, tenant: 'main', amountMinor, currency, fingerprint: 'f' },
    items: [{ sku: 'S1', quantity: 1, unitAmountMinor: amountMinor }],
    ...{ payBy: Date.UTC(2027, 0, 1), idempotencyKey: null, purchase: null, createdAt: 0 },
  },
});

const paymentCreated = (orderNo: string): PaymentsEvent => ({
  type: 'PaymentCreated',
  data: {
    ...{ id: 1n, payNo: `P${orderNo}`, orderNo, tenant: 'main', amountMinor, currency },
    ...{ channel: 'MOCK', expireAt: 0, createdAt: 0, gateway: null, merchant: null },
  },
});
