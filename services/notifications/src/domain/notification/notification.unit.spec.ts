import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { NotificationCommand } from './commands.ts';
import type { NotificationEvent } from './events.ts';
import { abandon, announce, announceInOrder, create, decider } from './testing-commands.ts';
import { delivered, expire, gone, policy, replay, report, retry } from './testing-commands.ts';
import { retryDue, start, startMs, summaryOf, targetOf, told } from './testing-commands.ts';
import { tellAgain, trigger, update } from './testing-commands.ts';

/** A schedule of one wait, so that a used up one is near. */
const once = announce(targetOf('n1', { intervalsMs: [30_000] }));
const failed = report('n1', 1);
const second = [start('n1', 2), 30_000] as const;

/** What has become of the notification n1: nothing waits for it, and no other is there. */
const histories = {
  none: [],
  // A payment that is under way, of which nobody is told yet.
  PENDING: told([create('n1', { status: 'PROCESSING' })]),
  NOTIFYING: told([once]),
  FAILED: told([once, failed]),
  RETRYING: told([once, failed, second]),
  SUCCESS: told([once, failed, second, delivered('n1', 2)]),
  RETRY_FAILED: told([once, failed, second, report('n1', 2)]),
  ABANDONED: told([once, failed, abandon('n1')]),
} as const satisfies Readonly<Record<string, readonly NotificationEvent[]>>;

/** Columns of the table. */
const states = Object.keys(histories);

const made = 'NotificationCreated';
const due = 'NotificationAttemptDue';
const fails = 'NotificationAttemptFailed';
const givenUp = 'NotificationAbandoned';
const over = 'NotificationsForgotten';
const unknown = 'NOTIFICATION_NOT_FOUND';
const noPayment = 'PAYMENT_NOT_FOUND';
const noRetry = 'RETRY_NOT_ALLOWED';
const noReplay = 'REPLAY_NOT_ALLOWED';
const noAbandon = 'ABANDON_NOT_ALLOWED';
const nothing = 'NOTHING_TO_TELL';
const ofLog = 'STATUS_FOLLOWS_LOG';
const times = (count: number, cell: string): readonly string[] => Array<string>(count).fill(cell);

type Row = readonly [name: string, command: NotificationCommand, cells: readonly string[]];

/** What a command meets in each of them: the events, `=` for unchanged, else the refusal's code. */
const table: readonly Row[] = [
  ['create', create('n1'), [made, ...times(7, '=')]],
  [
    'create another amount',
    create('n1', { amountMinor: 1n }),
    [made, ...times(7, 'NOTIFICATION_CONFLICT')],
  ],
  ['create beside it', create('n2'), times(8, made)],
  ['announce', once, [made, ...times(7, '=')]],
  ['announce another', announce(targetOf('n2')), times(8, made)],
  ['trigger at an endpoint that nobody knows', trigger('n2'), times(8, 'ENDPOINT_NOT_FOUND')],
  ['update to the same', update('PROCESSING'), [noPayment, '=', ...times(6, ofLog)]],
  [
    'update to another',
    update('FAILED'),
    [noPayment, 'NotificationStatusUpdated', ...times(6, ofLog)],
  ],
  [
    'report attempt 1 delivered',
    delivered('n1', 1),
    ['=', '=', 'NotificationDelivered', ...times(5, '=')],
  ],
  ['report attempt 1 failed', report('n1', 1), ['=', '=', fails, ...times(5, '=')]],
  ['report attempt 1 gone', gone('n1', 1), ['=', '=', fails, ...times(5, '=')]],
  [
    'report attempt 2 delivered',
    delivered('n1', 2),
    [...times(4, '='), 'NotificationDelivered', ...times(3, '=')],
  ],
  ['report attempt 2 failed', report('n1', 2), [...times(4, '='), fails, ...times(3, '=')]],
  ['report attempt 3', report('n1', 3), times(8, '=')],
  ['start attempt 1', start('n1', 1), times(8, '=')],
  ['start attempt 2', start('n1', 2), [...times(3, '='), due, ...times(4, '=')]],
  ['start attempt 3', start('n1', 3), times(8, '=')],
  ['a timer for attempt 2', retryDue('n1', 2), [...times(3, '='), due, ...times(4, '=')]],
  ['retry by id', retry('n1'), [unknown, due, noRetry, due, ...times(4, noRetry)]],
  ['retry by payment', retry(null), [noPayment, due, noRetry, due, ...times(4, noRetry)]],
  ['abandon by id', abandon('n1'), [unknown, ...times(4, givenUp), noAbandon, noAbandon, '=']],
  [
    'abandon by payment',
    abandon(null),
    [noPayment, ...times(4, givenUp), noAbandon, noAbandon, '='],
  ],
  [
    'abandon for another reason',
    abandon('n1', 'other'),
    [unknown, ...times(4, givenUp), ...times(3, noAbandon)],
  ],
  ['replay', replay('n1'), [unknown, ...times(4, noReplay), due, due, noReplay]],
  ['tell again', tellAgain(), [noPayment, noPayment, nothing, due, nothing, nothing, due, nothing]],
  ['expire', expire, ['=', ...times(4, givenUp), over, over, over]],
];

/** When all of them would be over, and before the time of the next attempt. */
const overMs = startMs + policy.keepMs;
const contextOf = (name: string) => ({ atMs: name === 'expire' ? overMs : startMs + 30_000 });

describe('every command in every state', () => {
  for (const [name, command, row] of table) {
    states.forEach((state, column) => {
      it(`${name}, ${state}: ${row[column] ?? 'not said'}`, () => {
        const events = Object.values(histories)[column];
        const decided = given(decider, events).when(command, contextOf(name));
        const types = decided.events.map(({ type }) => type).join(' ');
        expect(decided.code ?? (types || '=')).toBe(row[column]);
      });
    });
  }

  it('is what the statuses of the contract allow', () => {
    for (const [state, events] of Object.entries(histories)) {
      const summary = summaryOf(given(decider, events).state);
      expect(summary.split(' ')[state === 'none' ? 0 : 1]).toBe(state);
    }
    expect(histories.RETRY_FAILED.at(-1)).toMatchObject({
      data: { status: 'RETRY_FAILED', nextDueAt: null },
    });
  });

  it('is unchanged by its time where the time of none is over', () => {
    for (const events of Object.values(histories)) {
      const { decision } = given(decider, events).when(expire, { atMs: overMs - 1 });
      expect(decision.kind).toBe('unchanged');
    }
  });
});

describe('a notification', () => {
  it('says to whom it goes, how often, and until when it is kept', () => {
    const [toUrl] = told([create('n1')]);
    expect(toUrl).toMatchObject({
      type: made,
      data: {
        ...{ callbackUrl: 'https://merchant.example/notify', endpointId: null, sequence: 1n },
        ...{ status: 'NOTIFYING', inOrder: false, settingsVersion: null },
        ...{ intervalsMs: policy.intervalsMs, createdAt: startMs, expireAt: overMs },
      },
    });
    const [toEndpoint] = told([announce(targetOf('n1', { intervalsMs: [7], settingsVersion: 3 }))]);
    expect(toEndpoint).toMatchObject({
      data: { endpointId: 'ep-1', callbackUrl: null, intervalsMs: [7], settingsVersion: 3 },
    });
  });

  it('is made for every endpoint that does not have it, each with a number of its own', () => {
    const targets = ['ep-2', 'ep-3'].map((endpointId, at) =>
      targetOf(`n${at + 2}`, { endpointId }),
    );
    const events = told([announce(targetOf('n1')), announce(targetOf('n1'), targets)]);
    const sequences = events.map(({ data }) => 'sequence' in data && data.sequence);
    expect(sequences).toEqual([1n, 2n, 3n]);
    const { state } = given(decider, events);
    expect(summaryOf(state)).toBe('n1 NOTIFYING 1, n2 NOTIFYING 1, n3 NOTIFYING 1');
  });

  it('waits for a status that somebody is told of', () => {
    const statusOf = (status: Parameters<typeof update>[0]) =>
      summaryOf(given(decider, told([create('n1', { status })])).state).split(' ')[1];
    const toldOf = ['SUCCESS', 'FAILED', 'CANCELLED', 'TIMEOUT', 'REFUNDED'] as const;
    expect(toldOf.map(statusOf)).toEqual(times(5, 'NOTIFYING'));
    const others = ['PROCESSING', 'REFUNDING', 'UNKNOWN'] as const;
    expect(others.map(statusOf)).toEqual(times(3, 'PENDING'));
  });

  it('that is refused as another one says what differs', () => {
    const events = told([create('n1')]);
    const fields = {
      ...{ orderNo: 'O-2', amountMinor: 1n, currency: 'USD' },
      ...{ paymentMethod: 'CARD', transactionId: 'T-2' },
    };
    for (const [field, value] of Object.entries(fields)) {
      const { decision } = given(decider, events).when(create('n1', { [field]: value }));
      const rejection = { code: 'NOTIFICATION_CONFLICT', details: { field } };
      expect(decision).toMatchObject({ rejection });
    }
  });
});

describe('an answer', () => {
  const answerOf = (events: readonly NotificationEvent[], command: NotificationCommand) => {
    const { state, decision } = given(decider, events).when(command);
    return decider.answer(state, command, decision);
  };

  it('shows the notification, amounts as text of minor units', () => {
    const shown = {
      ...{ notificationId: 'n1', endpointId: null, callbackUrl: 'https://merchant.example/notify' },
      ...{ type: 'payment.succeeded', tenant: 'main', orderNo: 'O-1', refundId: null },
      ...{ paymentId: 'PAY176722560000000000000000001', amountMinor: '10000', currency: 'CNY' },
      ...{ status: 'SUCCESS', paymentMethod: 'MOCK', transactionId: 'T-1', occurredAt: startMs },
      ...{ attempt: 1, sequence: '1', notificationStatus: 'NOTIFYING', nextDueMs: null },
      ...{ reason: null, createdAtMs: startMs, intervalsMs: [...policy.intervalsMs] },
    };
    expect(answerOf([], create('n1'))).toEqual(shown);
    const waiting = told([create('n1'), report('n1', 1)]);
    const more = { notificationStatus: 'FAILED', nextDueMs: startMs + 30_000 };
    expect(answerOf(waiting, create('n1'))).toEqual({ ...shown, ...more });
    expect(answerOf(waiting, abandon('n1'))).toMatchObject({ reason: 'no use', nextDueMs: null });
    expect(answerOf(waiting, retry(null))).toMatchObject({ attempt: 2 });
    expect(answerOf(histories.SUCCESS, replay('n1'))).toMatchObject({ attempt: 3 });
    expect(answerOf([], announceInOrder('n1'))).toMatchObject({ endpointId: 'ep-1' });
  });

  it('to a status is the notification that it was about, not one that follows the log', () => {
    const events = told([create('n1', { status: 'PROCESSING' }), announce(targetOf('n2'))]);
    expect(answerOf(events, update('FAILED'))).toMatchObject({ notificationId: 'n1' });
  });

  it('is nothing where nobody waits for one', () => {
    for (const command of [report('n1', 1), start('n1', 2), retryDue('n1', 2), expire])
      expect(answerOf(histories.FAILED, command)).toBeNull();
  });
});
