import type {
  AlertRaised,
  CommandOutcome,
  OrderExpiryRequested,
  PaymentsEvent,
  PaymentSucceeded,
  PaymentUnknown,
  RecordStockAnswer,
  RefundProcessing,
} from '@plumbline/events';
import type { EmittedMessage, KeyValueStore } from '@plumbline/runtime';
import { takeovers } from './mutant-faults.ts';
import type { Mutant } from './mutant.ts';
import { withContext, withEmitted, withProcessor } from './wrap-topology.ts';

/** A message with other data, to be encoded again. */
function withData(message: EmittedMessage, data: object): EmittedMessage {
  const { topic, key, payload, envelope } = message;
  return { topic, key, envelope, payload: { ...payload, data } };
}

/** Another event in the place of a message. */
function asAnother(message: EmittedMessage, type: string, data: object): EmittedMessage {
  const { topic, key, envelope } = message;
  return { topic, key, envelope: { ...envelope, type }, payload: { type, data } };
}

/** Topologies that are wrong. */
export const topologyMutants: readonly Mutant[] = [
  {
    name: 'ignores-frontiers',
    what: 'alerts take records as they come instead of merging them by time',
    expected: ['alerts', 'replay'],
    faults: { markerSlow: 0.8 },
    topology: (topology) => ({ ...topology, ordering: 'arrival' }),
  },
  {
    name: 'event-without-version',
    what: 'an event is written without its version and hash',
    expected: ['chains'],
    topology: (topology, { random }) =>
      withEmitted(topology, (message) => {
        if (message.envelope.aggregateVersion === null || !random.chance(0.1)) return [message];
        const envelope = { ...message.envelope, aggregateVersion: null, previousHash: null };
        return [{ ...message, envelope }];
      }),
  },
  {
    name: 'event-twice',
    what: 'an event is written twice',
    expected: ['effects', 'chains', 'committed-reads', 'transitions'],
    topology: (topology, { random }) =>
      withEmitted(topology, (message) =>
        message.envelope.aggregateVersion !== null && random.chance(0.1)
          ? [message, message]
          : [message],
      ),
  },
  {
    name: 'phantom-event',
    what: 'an event names a cause that there is not',
    expected: ['causes'],
    topology: (topology, { random }) =>
      withEmitted(topology, (message) => {
        if (message.envelope.aggregateVersion === null || !random.chance(0.1)) return [message];
        return [{ ...message, envelope: { ...message.envelope, causationId: 'nobody' } }];
      }),
  },
  {
    name: 'wrong-amount',
    what: 'one captured cent is lost',
    expected: ['money'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'PaymentSucceeded') return [message];
        const data = message.payload.data as PaymentSucceeded;
        return [withData(message, { ...data, amountMinor: data.amountMinor - 1n })];
      }),
  },
  {
    name: 'unknown-taken-as-failed',
    what: 'a payment of which nobody knows whether the gateway has it is called failed',
    expected: ['gateway'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'PaymentUnknown') return [message];
        const { payNo, orderNo, since } = message.payload.data as PaymentUnknown;
        const money = { amountMinor: 1n, currency: 'CNY', channel: 'MOCK', channelTradeNo: null };
        const times = { failedAt: since, eventTime: since, traceId: '', version: '1.0' };
        const ids = { eventId: message.envelope.id, payNo, orderNo };
        const data = { ...ids, ...money, ...times, reason: 'guessed' };
        return [asAnother(message, 'PaymentFailed', data)];
      }),
  },
  {
    name: 'expires-while-payable',
    what: 'an order expires by its deadline while its payment is open at the gateway',
    expected: ['transitions'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'OrderExpiryRequested') return [message];
        const { orderNo, payBy } = message.payload.data as OrderExpiryRequested;
        return [asAnother(message, 'OrderExpired', { orderNo, payBy })];
      }),
  },
  {
    name: 'early-callback-lost',
    what: 'a callback that came before its payment is not said to it',
    expected: ['causes'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.envelope.actor === 'system:parked-callbacks' ? [] : [message],
      ),
  },
  {
    name: 'refund-guessed',
    what: 'a refund that the gateway has not spoken of is called failed',
    expected: ['gateway'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (!['RefundUnknown', 'RefundProcessing'].includes(message.payload.type)) return [message];
        const { payNo, orderNo, refundId } = message.payload.data as RefundProcessing;
        const why = { code: 'GUESSED', reason: 'guessed', failedAt: message.envelope.timeMs };
        return [asAnother(message, 'RefundFailed', { payNo, orderNo, refundId, ...why })];
      }),
  },
  {
    name: 'wrong-sum-taken',
    what: 'a payment succeeds with the sum that the gateway names, whatever was asked for',
    expected: ['money'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) => {
        const event = message.payload as PaymentsEvent;
        if (event.type !== 'PaymentReportMismatched' || event.data.field !== 'AMOUNT')
          return [message];
        const { payNo, orderNo, found, reportedAt: paidAt } = event.data;
        const money = { amountMinor: BigInt(found), currency: 'CNY', channel: 'MOCK' };
        const ids = { eventId: message.envelope.id, payNo, orderNo, channelTradeNo: 'G' };
        const rest = { paidAt, eventTime: paidAt, traceId: '', version: '1.0' };
        return [asAnother(message, 'PaymentSucceeded', { ...ids, ...money, ...rest })];
      }),
  },
  {
    name: 'claims-apart',
    what: 'payments that one transaction paid claim it under keys of their own, and never meet',
    expected: ['transactions'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'GatewayTransactionClaimed') return [message];
        return [{ ...message, key: `${message.key}:${message.envelope.subject}` }];
      }),
  },
  {
    name: 'first-claim-forgotten',
    what: 'who claimed a transaction first is forgotten, so that a second claim looks like the first',
    expected: ['transactions'],
    faults: {},
    topology: (topology) =>
      topology.name !== 'gateway-transactions'
        ? topology
        : withProcessor(topology, (processor) => ({
            onTimer: (timer, context) => processor.onTimer(timer, context),
            onRecord(record, context) {
              const store = <V>(name: string): KeyValueStore<V> => ({
                ...context.store<V>(name),
                get: () => undefined,
              });
              processor.onRecord(record, withContext(context, { store }));
            },
          })),
  },
  {
    name: 'told-a-step-late',
    what: 'what a merchant was told is kept a step late, so that who takes over tells it again',
    expected: ['results'],
    faults: takeovers,
    topology: (topology) =>
      topology.name !== 'merchant-results'
        ? topology
        : withProcessor(topology, (processor) => {
            const newest = new Map<string, unknown>();
            return {
              onTimer: (timer, context) => processor.onTimer(timer, context),
              onRecord(record, context) {
                const late = <V>(name: string): KeyValueStore<V> => {
                  const store = context.store<V>(name);
                  return {
                    ...store,
                    // The same store held it, so it is of the same type.
                    get: (key) => (newest.get(key) as V | undefined) ?? store.get(key),
                    set(key, value) {
                      const before = newest.get(key) as V | undefined;
                      newest.set(key, value);
                      store.set(key, before ?? value);
                    },
                  };
                };
                processor.onRecord(record, withContext(context, { store: late }));
              },
            };
          }),
  },
  {
    name: 'unknown-told-as-change',
    what: 'a merchant is told that a payment is unknown, as if that were a status of its own',
    expected: ['results'],
    faults: {},
    topology: (topology) =>
      topology.name !== 'merchant-results'
        ? topology
        : withProcessor(topology, (processor) => ({
            onTimer: (timer, context) => processor.onTimer(timer, context),
            onRecord(record, context) {
              const isUnknown = record.payload.type === 'PaymentUnknown';
              const emit = (message: EmittedMessage): void =>
                context.emit(
                  isUnknown
                    ? withData(message, { ...message.payload.data, newStatus: 'unknown' })
                    : message,
                );
              processor.onRecord(record, withContext(context, { emit }));
            },
          })),
  },
  {
    name: 'one-fact-hides-another',
    what: 'of all that is said of a payment for good only the first is an alert',
    expected: ['alerts'],
    faults: {},
    topology: (topology) => {
      const told = new Set<string>();
      return withEmitted(topology, (message) => {
        if (message.payload.type !== 'AlertRaised') return [message];
        const { rule } = message.payload.data as AlertRaised;
        const name = `${rule} ${message.key}`;
        if (rule !== 'V' && rule !== 'Z') return [message];
        if (told.has(name)) return [];
        told.add(name);
        return [message];
      });
    },
  },
  {
    name: 'forgets-to-give-back',
    what: 'a checkout asks for a reservation to be given back, and the question is lost for good',
    expected: ['commerce', 'replay'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'ReleaseStock' ? [] : [message],
      ),
  },
  {
    name: 'sells-what-is-not-there',
    what: 'a reservation that is refused for want of stock is told to its checkout as made',
    expected: ['commerce', 'replay'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'RecordStockAnswer') return [message];
        const data = message.payload.data as RecordStockAnswer;
        return [withData(message, { ...data, accepted: true, code: null })];
      }),
  },
  {
    name: 'answers-nobody',
    what: 'one answer in two to a checkout does not go out with the decision',
    expected: ['replay', 'commerce'],
    faults: {},
    topology: (topology, { random }) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'RecordFundsAnswer' && random.chance(0.5) ? [] : [message],
      ),
  },
  {
    name: 'alert-by-wall-clock',
    what: 'the id of an alert has the clock of its process in it',
    expected: ['alerts', 'replay'],
    topology: (topology, { host }) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'AlertRaised') return [message];
        const data = message.payload.data as AlertRaised;
        const alertId = `${data.alertId.slice(0, 30)}${Math.floor(host.clock.nowMs())}`;
        return [withData(message, { ...data, alertId })];
      }),
  },
  {
    name: 'alert-twice',
    what: 'an alert is raised again by each event that follows',
    expected: ['alerts'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'AlertRaised') return [message];
        const envelope = { ...message.envelope, id: `${message.envelope.id}-again` };
        return [message, { ...message, envelope }];
      }),
  },
  {
    name: 'refused-and-done',
    what: 'a command is answered as refused although it had its effect',
    expected: ['refusals'],
    topology: (topology, { random }) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'CommandOutcome' || !random.chance(0.1)) return [message];
        const data = message.payload.data as CommandOutcome;
        if (data.events.length === 0) return [message];
        return [
          withData(message, { ...data, status: 'REJECTED', code: 'ORDER_ENDED', events: [] }),
        ];
      }),
  },
  {
    name: 'stale-state',
    what: 'now and then a decision is made on the state before the newest',
    expected: ['chains', 'transitions', 'state', 'effects'],
    topology: (topology, { random }) =>
      withProcessor(topology, (processor) => {
        const older = new Map<string, unknown>();
        return {
          onTimer: (timer, context) => processor.onTimer(timer, context),
          onRecord(record, context) {
            const isStale = random.chance(0.1);
            const stale = withContext(context, {
              store: (name) => staleStore(context.store(name), name),
            });
            function staleStore<V>(store: KeyValueStore<V>, name: string): KeyValueStore<V> {
              return {
                get(key) {
                  const place = `${name} ${key}`;
                  const now = store.get(key);
                  // The same store held it before, so it is of the same type.
                  const before = older.get(place) as V | undefined;
                  older.set(place, now);
                  return isStale && before !== undefined ? before : now;
                },
                set: (key, value) => store.set(key, value),
                delete: (key) => store.delete(key),
              };
            }
            processor.onRecord(record, stale);
          },
        };
      }),
  },
  {
    name: 'decides-by-process',
    what: 'what an event says depends on the process that writes it',
    expected: ['replay'],
    topology: (topology, { host }) =>
      withEmitted(topology, (message) => [
        { ...message, envelope: { ...message.envelope, source: `/plumbline/${host.name}` } },
      ]),
  },
];
