import type { NotificationAttemptDue } from '@plumbline/events';
import type { Mutant } from './mutant.ts';
import { withReport } from './notification-mutants.ts';
import { given, withEmitted } from './wrap-topology.ts';

/** How notifications go on after a failure, and end: wrong. */
export const endingMutants: readonly Mutant[] = [
  {
    name: 'order-not-released',
    what: 'what waited for the one before it is not begun when that has ended',
    expected: ['attempts'],
    tells: ['in-order'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'NotificationAttemptDue') return [message];
        const { trigger } = message.payload.data as NotificationAttemptDue;
        return trigger === 'ORDER' ? [] : [message];
      }),
  },
  {
    name: 'asked-to-wait-in-vain',
    what: 'a merchant that asks to be left alone is tried again by the schedule',
    expected: ['attempts'],
    tells: ['busy'],
    topology: (topology) =>
      given(topology, 'notifications', (said) =>
        withReport(said, ({ report, ...rest }) => ({
          ...rest,
          report: { ...report, retryAfterMs: null },
        })),
      ),
  },
  {
    name: 'used-up-in-silence',
    what: 'nobody is told that all attempts of a notification have failed',
    expected: ['attempts'],
    tells: ['failing'],
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'ReportRetriesUsedUp' ? [] : [message],
      ),
  },
  {
    name: 'failure-not-told',
    what: 'merchants hear of payments that succeed, and not of those that fail',
    expected: ['notifications'],
    tells: ['steady', 'wavering'],
    topology: (topology) =>
      given(topology, 'notifications', (record) =>
        record.payload.type === 'PaymentFailed' || record.payload.type === 'PaymentClosed'
          ? null
          : record,
      ),
  },
];
