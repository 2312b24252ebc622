import { setTimeout as sleep } from 'node:timers/promises';
import type { OrdersEvent, PaymentsEvent, ReceivingEvent } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import { replayTopology, runTopology } from '@plumbline/runtime';
import { expect, it, vi } from 'vitest';
import {
  mismatched,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderPaid,
  paymentCreated,
  paymentSucceeded,
  reportedFailed,
  requestConflicted,
  transactionConflicted,
} from './testing-events.ts';
import { contradicted, setAside, unmatched } from './testing-receiving-events.ts';
import { consistencyAlerts } from './topology.ts';

const partitions = 4;
const written = topics.alertsEvents.name;

/** Key, value and headers: what two runs must have in common, to the byte. */
const shown = ({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>) => ({
  key: key?.toString(),
  value: value?.toString('base64'),
  headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, v.toString()])),
});

it('raises the same alerts, ids included, in a replay from zero', async () => {
  const clock = { ms: Date.UTC(2026, 0, 1), nowMs: () => clock.ms };
  const names = [
    ...consistencyAlerts.inputs.map(({ topic }) => topic),
    ...consistencyAlerts.outputs,
    consistencyAlerts.changelog,
    consistencyAlerts.deadLetters,
  ];
  const log = createMemoryLog({ clock, topics: names.map((name) => ({ name, partitions })) });
  const codec = createCodec(createMemorySchemaIds());
  const inputs = [topics.ordersEvents, topics.paymentsEvents, topics.receivingEvents].map(
    ({ name }) => name,
  );
  await codec.prepare([...inputs, ...consistencyAlerts.outputs]);
  const running = await runTopology({
    ...{ topology: consistencyAlerts, log, codec, logger: silentLogger, partitions },
  });
  let sequence = 0;
  const write = (
    orderNo: string,
    topic: string,
    payload: OrdersEvent | PaymentsEvent | ReceivingEvent,
  ) => {
    const key = `main/${orderNo}`;
    sequence += 1;
    const id = `e${sequence}`;
    clock.ms += 1;
    log.appendRaw({
      ...{ topic, partition: partitionOfRecordKey(key, partitions), key: Buffer.from(key) },
      value: codec.encode(topic, payload),
      headers: encodeEnvelope({
        ...{ id, type: payload.type, source: '/test', subject: orderNo, timeMs: clock.ms },
        ...{ correlationId: id, causationId: null, actor: 'api:test', aggregateVersion: null },
        ...{ previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
  };
  const order = (no: string, event: OrdersEvent) => write(no, topics.ordersEvents.name, event);
  const pay = (no: string, event: PaymentsEvent) => write(no, topics.paymentsEvents.name, event);
  const receive = (event: ReceivingEvent, account: number) =>
    write(`${account}.1`, topics.receivingEvents.name, event);
  const pass = async (ms: number) => {
    clock.ms += ms;
    // A produce answer tells the log's readers what time it is.
    await (
      await log.openEdgeProducer()
    ).send({
      ...{ topic: consistencyAlerts.deadLetters, partition: 0, key: null, value: null },
      headers: {},
    });
    await sleep(30);
  };

  for (let i = 0; i < 60; i += 1) {
    const no = `H${i}`;
    order(no, orderCreated);
    pay(no, paymentCreated);
    order(no, orderAwaiting);
    if (i % 3 === 0) order(no, orderExpired);
    pay(no, paymentSucceeded);
    if (i % 20 === 0) await pass(40_000);
    if (i % 3 === 1 && i % 2 === 0) order(no, orderPaid);
    if (i % 6 === 4) pay(no, reportedFailed);
    if (i % 5 === 0) pay(no, mismatched('AMOUNT', '1'));
    if (i % 5 === 1) pay(no, transactionConflicted('PAY0'));
    if (i % 5 === 2) pay(no, requestConflicted('f2'));
    if (i % 3 === 0) receive(unmatched(`wx${i}`), i % 4);
    if (i % 9 === 0) receive(contradicted(`wx${i}`), i % 4);
  }
  await pass(120_000);
  for (let i = 0; i < 60; i += 6) order(`H${i + 5}`, orderPaid);
  for (let i = 0; i < 60; i += 6) receive(setAside(`wx${i}`), i % 4);
  await pass(1_000);
  await pass(1_000);

  const replayed: OutgoingRecord[][] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const outputs: OutgoingRecord[] = [];
    await replayTopology({
      ...{ topology: consistencyAlerts, log, codec, partition, partitions },
      untilMs: clock.ms,
      onOutput: (output) => {
        if (output.topic === written) outputs.push(output);
      },
    });
    replayed.push(outputs);
  }
  const awaited = replayed.flat().length;
  // However slow the machine is; one that never comes shows in the comparison.
  await vi.waitUntil(() => log.topicRecords(written).length >= awaited, 4_000).catch(() => false);
  await running.close();

  const live = log.topicRecords(written);
  for (const [partition, outputs] of replayed.entries()) {
    expect(outputs.map(shown)).toEqual(
      live.filter((record) => record.partition === partition).map(shown),
    );
  }
  expect(live.length).toBeGreaterThan(123);
  await log.close();
});
