import type { ReportAttempt } from '@plumbline/events';
import type { ProcessorContext } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import type { Said } from './wrap-topology.ts';
import { given, inContext, withDueStore, withProcessor } from './wrap-topology.ts';

/** The same, where it is a report, with another one. */
export const withReport = (said: Said, change: (report: ReportAttempt) => ReportAttempt): Said => {
  const { payload } = said;
  if (payload.type !== 'ReportAttempt') return said;
  return { ...said, payload: { ...payload, data: change(payload.data as ReportAttempt) } };
};

/** As far as the changelog keeps it of an order's notifications. */
interface KeptNotifications {
  readonly state: {
    readonly notifications?: readonly {
      readonly notificationId: string;
      readonly attempt: number;
    }[];
  };
}

/** No retry gets into the store of what is due. */
const withoutRetries = (context: ProcessorContext): ProcessorContext =>
  withDueStore(context, (store) => ({
    set(key, value) {
      const isRetry = (value as { readonly attempt?: number }).attempt !== 1;
      if (!key.startsWith('d/') || !isRetry) store.set(key, value);
    },
  }));

/** Telling merchants, and wrong. */
export const notificationMutants: readonly Mutant[] = [
  {
    name: 'relayed-early',
    what: 'a retry that waits in a delay topic is sent on before its time, and then waits for ever',
    expected: ['attempts', 'relays'],
    tells: ['failing', 'in-order'],
    topology: (topology) =>
      topology.name !== 'delays'
        ? topology
        : {
            ...topology,
            inputs: topology.inputs.map((input) =>
              input.kind === 'delays' ? { ...input, delayMs: input.delayMs - 600 } : input,
            ),
          },
  },
  {
    name: 'lost-in-a-delay',
    what: 'one in three of what waits in a delay topic is left there for good',
    expected: ['relays'],
    tells: ['failing', 'in-order'],
    topology: (topology) =>
      topology.name !== 'delays'
        ? topology
        : withProcessor(topology, (processor) => ({
            onTimer: (timer, context) => processor.onTimer(timer, context),
            onRecord(record, context) {
              if (record.offset % 3n > 0n) processor.onRecord(record, context);
            },
          })),
  },
  {
    name: 'reported-before-it-is-sent',
    what: 'a worker says that a merchant took something, and sends it afterwards',
    expected: ['notifications'],
    tells: ['steady', 'in-order'],
    deliveries: (ports, { host }) => ({
      ...ports,
      outbound: {
        async post(request) {
          void host.clock.sleep(800).then(() => ports.outbound.post(request));
          await host.clock.sleep(5);
          const timing = { dnsMs: null, connectMs: null, firstByteMs: null };
          const nothing = { headers: {}, body: Buffer.alloc(0), bodyTruncated: false, timing };
          return { kind: 'answered', status: 200, ...nothing };
        },
      },
    }),
  },
  {
    name: 'retry-not-delivered',
    what: 'the index of what is due leaves retries out',
    expected: ['attempts'],
    tells: ['failing', 'in-order'],
    topology: (topology) =>
      topology.name !== 'notifications'
        ? topology
        : withProcessor(topology, (processor) => inContext(processor, withoutRetries)),
  },
  {
    name: 'any-report-counts',
    what: 'a report counts for the attempt at hand, whichever it is of',
    expected: ['notifications', 'attempts'],
    tells: ['failing', 'in-order'],
    // As if another had sent the attempt, too, and said so later: that happens, and changes nothing.
    deliveries: (ports, { host }) => ({
      ...ports,
      async report(due, result, task) {
        const written = await ports.report(due, result, task);
        const late = { ...result, startedAtMs: result.startedAtMs + 1 };
        void host.clock
          .sleep(1_100)
          .then(() => ports.report(due, late, task))
          .catch(() => 'refused');
        return written;
      },
    }),
    topology: (topology) =>
      given(topology, 'notifications', (record, context) =>
        withReport(record, (report) => {
          const kept = context.store<KeptNotifications>('aggregates').get(record.key);
          const one = kept?.state.notifications?.find(
            ({ notificationId }) => notificationId === report.notificationId,
          );
          return { ...report, attempt: one?.attempt ?? report.attempt };
        }),
      ),
  },
  {
    name: 'not-resumed',
    what: 'who takes a partition over delivers what comes, and not what was due before',
    expected: ['attempts'],
    tells: ['wavering', 'steady'],
    following: (following) => ({
      ...following,
      open: (task, source) =>
        following.open(task, {
          ...source,
          range: (of) => (of.prefix.startsWith('d/') ? [] : source.range(of)),
        }),
    }),
  },
  {
    name: 'another-id-each-time',
    what: 'every attempt has an id of its own, so that merchants take repeats for news',
    expected: ['notifications'],
    tells: ['failing', 'in-order'],
    deliveries: (ports) => ({
      ...ports,
      async prepare(due, settings) {
        const prepared = await ports.prepare(due, settings);
        if (prepared.kind !== 'ready' || due.attempt === 1) return prepared;
        const id = `${due.notificationId}-${due.attempt}`;
        return { ...prepared, headers: { ...prepared.headers, 'webhook-id': id } };
      },
    }),
  },
];
