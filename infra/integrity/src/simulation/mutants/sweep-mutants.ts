import type { StartAttempt } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProcessorContext } from '@plumbline/runtime';
import { emitCommand } from '@plumbline/runtime';
import { keyOfEndpoint } from '../plan/endpoints.ts';
import type { Mutant } from './mutant.ts';
import { takeovers } from './mutant-faults.ts';
import type { Said } from './wrap-topology.ts';
import { given, withEmitted } from './wrap-topology.ts';

/** As far as the changelog keeps it of an order's notifications. */
interface KeptNotifications {
  readonly state: {
    readonly notifications?: readonly {
      readonly notificationId: string;
      readonly endpointId: string | null;
    }[];
  };
}

/** To the endpoint, of whatever a sweep asks for, without a look at what becomes of it. */
function sayOverdue({ key, payload }: Said, context: ProcessorContext): void {
  if (payload.type !== 'StartAttempt') return;
  const { notificationId, trigger, dueAt } = payload.data as StartAttempt;
  if (trigger !== 'SWEEP') return;
  const kept = context.store<KeptNotifications>('aggregates').get(key);
  const one = kept?.state.notifications?.find((each) => each.notificationId === notificationId);
  if (one === undefined || one.endpointId === null) return;
  const { endpointId } = one;
  emitCommand({
    context,
    to: {
      ...{ topic: topics.endpointsCommands.name, key: keyOfEndpoint(endpointId) },
      ...{ subject: endpointId },
      payload: { type: 'ReportOverdue', data: { endpointId, notificationId, dueAt } },
    },
    from: ['hearsay', notificationId, dueAt.toString()],
    cause: { id: `hearsay:${notificationId}`, correlationId: notificationId, traceparent: null },
  });
}

/** What looks for retries that nobody began, and wrong. */
export const sweepMutants: readonly Mutant[] = [
  {
    name: 'sweeps-nothing',
    what: 'retries that nobody began are looked for and not found',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: {},
    sweeper: (options) => ({ ...options, queries: { overdue: () => Promise.resolve([]) } }),
  },
  {
    name: 'sweeps-too-soon',
    what: 'a retry is taken for overdue as soon as it is due',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: {},
    sweeper: (options) => ({ ...options, graceMs: 0 }),
  },
  {
    name: 'overdue-in-silence',
    what: 'retries that nobody began are begun, and nobody hears of it',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    // Nor may one that dies keep it to itself.
    faults: takeovers,
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'ReportOverdue' ? [] : [message],
      ),
  },
  {
    name: 'accused-by-hearsay',
    what: 'whatever the read model shows as overdue is told, whoever had begun it meanwhile',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: takeovers,
    topology: (topology) =>
      given(topology, 'notifications', (said, context) => {
        sayOverdue(said, context);
        return said;
      }),
  },
];
