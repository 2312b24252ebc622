import type {
  AlertRaised,
  AlertResolved,
  AlertsEvent,
  CommandOutcome,
  DesksEvent,
  PaymentsEvent,
  RemediesEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { OutputMessage, TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import type { DeskCommand } from '../domain/desk/commands.ts';
import { hourMs } from '../domain/desk/testing-commands.ts';
import type { RemedyCommand } from '../domain/remedy/commands.ts';
import { effectIdOf, remedyIdOf } from '../domain/remedy/ids.ts';
import { desksTopology } from './desks-topology.ts';
import { deskKeyOf, remediesTopology } from './remedies-topology.ts';

export const key = 'main/O-1';
const targets = [
  ...[topics.ordersCommands, topics.paymentsCommands, topics.checkoutCommands],
  topics.notificationsCommands,
];

/** An alert as the alert task raises it. */
export const alert = (over: Partial<AlertRaised> = {}): AlertsEvent => ({
  type: 'AlertRaised',
  data: {
    ...{ alertId: 'alert-1', rule: 'C', ruleVersion: 1, tenant: 'main', orderNo: 'O-1' },
    ...{ payNo: 'P-1', severity: 'CRITICAL', summary: 's', expected: 'e', actual: 'a' },
    ...{ deadline: null, detectedAt: hourMs, amountMinor: 1_000n, currency: 'JPY' },
    ...{ howSeen: 'h', triggerEventId: 't', evidence: [], ...over },
  },
});

export const alertOver = (
  alertId = 'alert-1',
  resolution: AlertResolved['resolution'] = 'RESOLVED',
): AlertsEvent => ({
  type: 'AlertResolved',
  data: {
    ...{ alertId, rule: 'C', tenant: 'main', orderNo: 'O-1', resolution },
    ...{ supersededBy: null, reason: 'by hand', resolvedAt: hourMs, evidence: [] },
    ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
  },
});

export const refunded = (refundId: string): PaymentsEvent => ({
  type: 'RefundSucceeded',
  data: {
    ...{ payNo: 'P-1', orderNo: 'O-1', refundId, amountMinor: 1_000n, currency: 'JPY' },
    ...{ gatewayRefundId: 'G-1', gatewayTransactionId: null, refundedAt: hourMs },
  },
});

export interface World {
  readonly remedies: TestDriver;
  readonly desks: TestDriver;
  /** What goes between the two is handed on until it rests; each record `times` times. */
  run(times?: number): void;
  ask(command: DeskCommand, actor?: string): CommandOutcome;
  say(command: RemedyCommand, at?: string, actor?: string): CommandOutcome;
  hear(event: AlertsEvent, at?: string): void;
  pay(event: PaymentsEvent, at?: string): void;
  /** The answer of the target to the command of a remedy. */
  answer(alertId: string, over?: Partial<CommandOutcome>, topic?: string, at?: string): void;
  /** Commands to orders, payments and checkouts since the last call. */
  effects(): readonly OutputMessage[];
  /** Events of remedies since the last call, with how each ended. */
  told(): readonly string[];
  granted(): readonly DesksEvent[];
  /** Questions about payments that remedies themselves ask. */
  queries(): readonly OutputMessage[];
  /** Commands about the alert itself. */
  aboutAlerts(): readonly OutputMessage[];
}

export async function openWorld(): Promise<World> {
  const desks = await createTestDriver(desksTopology({ partitions: 1, tenant: 'main' }), {
    startMs: hourMs,
  });
  const remedies = await createTestDriver(remediesTopology, { startMs: hourMs });
  const effects: OutputMessage[] = [];
  const events: RemediesEvent[] = [];
  const leaves: DesksEvent[] = [];

  function collect(): void {
    for (const { name } of targets) effects.push(...desks.readOutput(name));
    // Each topic holds nothing but these.
    for (const { payload } of remedies.readOutput(topics.remediesEvents.name))
      events.push(payload as RemediesEvent);
    for (const { payload } of desks.readOutput(topics.desksEvents.name))
      leaves.push(payload as DesksEvent);
  }

  function run(times = 1): void {
    for (let moved = true; moved;) {
      const toDesks = remedies.readOutput(topics.desksCommands.name);
      const back = [topics.remediesCommands, topics.desksCopies].flatMap(({ name }) =>
        desks.readOutput(name),
      );
      for (const message of toDesks) pipe(desks, message, times);
      for (const message of back) pipe(remedies, message, times);
      moved = toDesks.length + back.length > 0;
    }
    collect();
  }

  const lastOutcome = (driver: TestDriver, topic: string): CommandOutcome => {
    const outcome = driver.readOutput(topic).at(-1);
    if (outcome === undefined) throw new Error(`nothing on ${topic}`);
    return outcome.payload.data as CommandOutcome;
  };

  return {
    ...{ remedies, desks, run },
    ask(payload, actor = 'operator:a') {
      const at = { topic: topics.desksCommands.name, key: deskKeyOf(payload.data.tenant) };
      desks.pipeInput({ ...at, payload, envelope: { actor } });
      return lastOutcome(desks, topics.desksOutcomes.name);
    },
    say(payload, at = key, actor = 'operator:a') {
      const where = { topic: topics.remediesCommands.name, key: at };
      remedies.pipeInput({ ...where, payload, envelope: { actor } });
      return lastOutcome(remedies, topics.remediesOutcomes.name);
    },
    hear: (payload, at = key) =>
      void remedies.pipeInput({ topic: topics.alertsEvents.name, key: at, payload }),
    pay: (payload, at = key) =>
      void remedies.pipeInput({ topic: topics.paymentsEvents.name, key: at, payload }),
    answer(alertId, over = {}, topic = topics.paymentsOutcomes.name, at = key) {
      const data: CommandOutcome = {
        commandId: effectIdOf(at, remedyIdOf(at, alertId)),
        ...{ commandType: 'RefundPayment', fingerprint: 'f', status: 'ACCEPTED', code: null },
        ...{ message: null, details: null, events: [], aggregateVersion: 1n, answer: null },
        ...{ commandPartition: 0, commandOffset: 0n, commandIncarnation: 'i', ...over },
      };
      const envelope = { causationId: data.commandId };
      remedies.pipeInput({ topic, key: at, payload: { type: 'CommandOutcome', data }, envelope });
    },
    effects: () => (collect(), effects.splice(0)),
    told: () => {
      collect();
      return events
        .splice(0)
        .map((event) => (event.type === 'RemedyEnded' ? event.data.ending : event.type));
    },
    granted: () => (collect(), leaves.splice(0)),
    queries: () => remedies.readOutput(topics.paymentsCommands.name),
    aboutAlerts: () => remedies.readOutput(topics.alertsCommands.name),
  };
}

/** A record that is written again has the id that it had. */
function pipe(driver: TestDriver, message: OutputMessage, times: number): void {
  const { topic, key: at, payload, envelope } = message;
  for (let n = 0; n < times; n += 1) driver.pipeInput({ topic, key: at, payload, envelope });
}

/** A UUID with the slot of the key, as ids of alerts are. */
export const alertIdIn = (at: string, name: string): string =>
  derivedUuid(slotOfRecordKey(at), 'alert', name);
