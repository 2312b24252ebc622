import type {
  NotificationAttemptDue,
  ReportEndpointHealth,
  RetryNotification,
} from '@plumbline/events';
import type { ProcessorContext } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import type { Said } from './wrap-topology.ts';
import { given, toldBy, withDueStore, withEmitted, withProcessor } from './wrap-topology.ts';

/** As far as the changelog keeps it of an order's notifications. */
interface KeptNotifications {
  readonly state: { readonly notifications?: readonly KeptNotification[] };
}
interface KeptNotification {
  readonly notificationId: string;
  readonly status: string;
}

const keptOf = (
  { key }: Said,
  context: ProcessorContext,
  notificationId: string | null,
): KeptNotification | undefined =>
  context
    .store<KeptNotifications>('aggregates')
    .get(key)
    ?.state.notifications?.find((each) => each.notificationId === notificationId);

/** A context in which nothing that is due is taken away. */
const keepsWhatIsDue = (context: ProcessorContext): ProcessorContext =>
  withDueStore(context, (store) => ({
    delete(key) {
      if (!key.startsWith('d/')) store.delete(key);
    },
  }));

/** What people ask of notifications, and what is said of endpoints: wrong. */
export const operatorMutants: readonly Mutant[] = [
  {
    name: 'given-up-and-sent',
    what: 'what is given up by hand stays among what is due',
    expected: ['operators'],
    tells: ['failing', 'wavering', 'recovering'],
    faults: {},
    topology: (topology) =>
      withProcessor(topology, (processor) => ({
        onTimer: (timer, context) => processor.onTimer(timer, context),
        onRecord(record, context) {
          const isGivenUp = record.payload.type === 'AbandonNotification';
          processor.onRecord(record, isGivenUp ? keepsWhatIsDue(context) : context);
        },
        ...toldBy(processor, (told) => told),
      })),
  },
  {
    name: 'retry-of-what-ended',
    what: 'a retry by hand of what has ended begins it once more, as a replay does',
    expected: ['operators'],
    tells: ['picky', 'steady', 'failing'],
    topology: (topology) =>
      given(topology, 'notifications', (record, context) => {
        const { payload } = record;
        if (payload.type !== 'RetryNotification') return record;
        const { notificationId, reason } = payload.data as RetryNotification;
        const status = keptOf(record, context, notificationId)?.status;
        if (status !== 'SUCCESS' && status !== 'RETRY_FAILED') return record;
        const data = { notificationId, reason };
        return { ...record, payload: { type: 'ReplayNotification', data } };
      }),
  },
  {
    name: 'replay-not-begun',
    what: 'a replay is accepted, and nobody delivers anything',
    expected: ['operators', 'attempts'],
    tells: ['picky', 'steady', 'in-order'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'NotificationAttemptDue') return [message];
        const { trigger } = message.payload.data as NotificationAttemptDue;
        return trigger === 'REPLAY' ? [] : [message];
      }),
  },
  {
    name: 'paused-and-sent',
    what: 'whoever delivers does not hear that an endpoint is paused or gone',
    expected: ['operators'],
    tells: ['wavering', 'gone', 'steady'],
    following: (following) => ({
      ...following,
      open(task, source) {
        const follower = following.open(task, source);
        return {
          close: () => follower.close(),
          changed(key, value) {
            const isActive = (value as { status?: string } | undefined)?.status === 'ACTIVE';
            if (!key.startsWith('e/') || isActive) follower.changed(key, value);
          },
        };
      },
    }),
  },
  {
    name: 'fails-in-silence',
    what: 'nobody is told that an endpoint fails',
    expected: ['health'],
    tells: ['failing', 'recovering'],
    faults: {},
    topology: (topology) =>
      given(topology, 'endpoints', (record) => {
        if (record.payload.type !== 'ReportEndpointHealth') return record;
        const { failing } = record.payload.data as ReportEndpointHealth;
        return failing ? null : record;
      }),
  },
  {
    name: 'well-again-in-silence',
    what: 'nobody is told that an endpoint takes something again',
    expected: ['health'],
    tells: ['failing', 'recovering'],
    topology: (topology) =>
      given(topology, 'endpoints', (record) => {
        if (record.payload.type !== 'ReportEndpointHealth') return record;
        const { failing } = record.payload.data as ReportEndpointHealth;
        return failing ? record : null;
      }),
  },
];
