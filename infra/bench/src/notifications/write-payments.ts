import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import type { OutgoingRecord, TransactionalProducer } from '@plumbline/kafka';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import { orderNoOf, recordOf } from '../alert-log/encode.ts';
import { histories } from '../alert-log/histories.ts';
import { percentile } from '../load/summarise.ts';
import { partitions } from '../limits.ts';
import { createdBeforeMs, paymentWaveMs } from './limits.ts';
import type { Endpoint } from './register-endpoint.ts';

/** A payment that succeeded, and what its endpoint is told of it. */
export interface Told {
  readonly orderNo: string;
  readonly notificationId: string;
  /** Number of the endpoint. */
  readonly endpoint: number;
  /** Broker time of the event, epoch ms. */
  readonly appendedMs: number;
}

export interface PaymentLoad {
  readonly endpoints: readonly Endpoint[];
  /** Begins every order number. */
  readonly prefix: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface WrittenPayments {
  readonly told: readonly Told[];
  /** While payments succeeded, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How late the waves themselves were: large, and the writer was measured. */
  readonly writerLateP99Ms: number | null;
}

interface Payment {
  readonly created: OutgoingRecord;
  readonly succeeded: OutgoingRecord;
  readonly told: Omit<Told, 'appendedMs'>;
}

/**
 * Writes payments of all endpoints in turn at a steady rate, each created a second before it succeeds,
 * as the service of payments writes them. They are made before, so that it costs little meanwhile.
 */
export async function writePayments(
  by: {
    readonly codec: Codec;
    readonly producer: TransactionalProducer;
    readonly signal: AbortSignal;
  },
  load: PaymentLoad,
): Promise<WrittenPayments> {
  const { producer, signal } = by;
  const payments = paymentsOf(by.codec, load);
  const told: Told[] = [];
  const late: number[] = [];
  const begin = performance.now();
  let fromMs = Date.now();
  for (const [at, wave] of wavesOf(load, payments).entries()) {
    const dueMs = begin + at * paymentWaveMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    late.push(Math.max(0, performance.now() - dueMs));
    if (told.length === 0) fromMs = Date.now();
    const { created, succeeded } = wave;
    const records = [...created.map((each) => each.created), ...succeeded.map((e) => e.succeeded)];
    if (records.length === 0) continue;
    const appended = await producer.transact(records);
    for (const [index, payment] of succeeded.entries()) {
      const appendedMs = appended[created.length + index]?.appendTimeMs ?? Number.NaN;
      told.push({ ...payment.told, appendedMs });
    }
  }
  late.sort((a, b) => a - b);
  return { told, fromMs, toMs: Date.now(), writerLateP99Ms: percentile(late, 99) };
}

interface Wave {
  readonly created: readonly Payment[];
  readonly succeeded: readonly Payment[];
}

/** What is written at each time: payments that begin, and those that began a second before. */
export function wavesOf(
  { perSecond, seconds }: Pick<PaymentLoad, 'perSecond' | 'seconds'>,
  payments: readonly Payment[],
): readonly Wave[] {
  const waves = (seconds * 1_000) / paymentWaveMs;
  const ahead = createdBeforeMs / paymentWaveMs;
  const startOf = (wave: number): number =>
    Math.min(payments.length, Math.max(0, Math.floor((wave * paymentWaveMs * perSecond) / 1_000)));
  const ofWave = (wave: number) => payments.slice(startOf(wave), startOf(wave + 1));
  return Array.from({ length: waves + ahead }, (_, at) => ({
    created: ofWave(at),
    succeeded: ofWave(at - ahead),
  }));
}

const createdStep = histories.paid.indexOf('PaymentCreated');
const succeededStep = histories.paid.indexOf('PaymentSucceeded');

function paymentsOf(codec: Codec, load: PaymentLoad): readonly Payment[] {
  const { endpoints, prefix, perSecond, seconds } = load;
  const startMs = Date.now();
  return Array.from({ length: perSecond * seconds }, (_, index) => {
    const endpoint = index % endpoints.length;
    const { tenant = '', endpointId = '' } = endpoints[endpoint] ?? {};
    const shelf = { tenant, partitions, prefix, startMs };
    const course = { index, kind: 'paid', keyIndex: index, round: 0 } as const;
    const succeeded = recordOf(codec, shelf, course, succeededStep);
    const orderNo = orderNoOf(shelf, index);
    const slot = slotOf(routingKey(tenant, orderNo));
    // As announcements make it: a function of the event and the endpoint.
    const eventId = String(succeeded.headers['ce_id']);
    const notificationId = derivedUuid(slot, 'notification', eventId, endpointId);
    const created = recordOf(codec, shelf, course, createdStep);
    return { created, succeeded, told: { orderNo, notificationId, endpoint } };
  });
}
