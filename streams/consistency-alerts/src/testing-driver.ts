import type { AlertRaised, AlertResolved, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { key } from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

/** One order of which the topics tell, and what is said of it. */
export interface Told {
  readonly driver: TestDriver;
  order(...events: readonly OrdersEvent[]): void;
  payment(...events: readonly PaymentsEvent[]): void;
  pass(byMs: number): void;
  nowMs(): number;
  /** Since the last call: `D raised CRITICAL`, `D SUPERSEDED by E`, `D AUTO_RESOLVED`. */
  said(): readonly string[];
  /** The alerts raised since the last call of this or of `said`. */
  raised(): readonly AlertRaised[];
}

export async function tell(): Promise<Told> {
  const driver = await createTestDriver(consistencyAlerts);
  const ruleOfId = new Map<string, string>();
  const read = () => {
    const news = driver.readOutput(topics.alertsEvents.name).map(({ payload }) => payload);
    for (const { type, data } of news) {
      if (type !== 'AlertRaised') continue;
      const { alertId, rule } = data as AlertRaised;
      ruleOfId.set(alertId, rule);
    }
    return news;
  };
  const pipe = (topic: string) => (events: readonly (OrdersEvent | PaymentsEvent)[]) => {
    for (const payload of events) driver.pipeInput({ topic, key, payload });
  };
  const toOrders = pipe(topics.ordersEvents.name);
  const toPayments = pipe(topics.paymentsEvents.name);
  return {
    driver,
    order(...events) {
      toOrders(events);
    },
    payment(...events) {
      toPayments(events);
    },
    pass(byMs) {
      driver.advanceStreamTime(byMs);
    },
    nowMs: () => driver.nowMs(),
    said: () =>
      read().map(({ type, data }) => {
        if (type === 'AlertRaised') {
          const { rule, severity } = data as AlertRaised;
          return `${rule} raised ${severity}`;
        }
        if (type !== 'AlertResolved') return type;
        const { rule, resolution, supersededBy } = data as AlertResolved;
        const by = supersededBy === null ? '' : ` by ${ruleOfId.get(supersededBy) ?? 'nobody'}`;
        return `${rule} ${resolution}${by}`;
      }),
    raised: () =>
      read().flatMap(({ type, data }) => (type === 'AlertRaised' ? [data as AlertRaised] : [])),
  };
}
