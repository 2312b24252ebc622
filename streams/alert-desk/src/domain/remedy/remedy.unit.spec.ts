import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { RemedyCommand } from './commands.ts';
import type { RemedyEvent } from './events.ts';
import { remediesMax } from './limits.ts';
import {
  remedyDecider,
  alertEnd,
  approve,
  held,
  leave,
  notRefunded,
  outcome,
} from './testing-commands.ts';
import {
  lingering,
  proof,
  propose,
  refunded,
  refused,
  reject,
  remedyId,
} from './testing-commands.ts';

type Said = RemedyCommand | readonly [command: RemedyCommand, actor: string];

const told = (...said: readonly Said[]): readonly RemedyEvent[] =>
  said.reduce<readonly RemedyEvent[]>((history, each) => {
    const [command, actor] = 'type' in each ? [each, 'operator:a'] : each;
    return [...history, ...given(remedyDecider, history).when(command, { actor }).events];
  }, []);

const when = (history: readonly RemedyEvent[], command: RemedyCommand, actor = 'operator:b') =>
  given(remedyDecider, history).when(command, { actor });

/** Events, with how it ended; `=` for unchanged, else the refusal's code. */
const meets = ({ decision, events, code }: ReturnType<typeof when>): string => {
  if (decision.kind === 'unchanged') return '=';
  const names = events.map((event) =>
    event.type === 'RemedyEnded' ? event.data.ending : event.type.replace('Remedy', ''),
  );
  return code ?? names.join(' ');
};

const histories = {
  none: [],
  ASKING: told(propose()),
  'alert over': told(propose(), alertEnd),
  WAITING: told(propose(), held()),
  'for two': told(propose(), held(2)),
  'one of two': told(propose(), held(2), [approve, 'operator:b']),
  STARTED: told(propose(), leave('STARTED')),
  DONE: told(propose(), leave('STARTED'), refunded),
  REJECTED: told(propose(), held(), reject),
} as const satisfies Readonly<Record<string, readonly RemedyEvent[]>>;

const missing = 'REMEDY_NOT_FOUND';
const busy = 'REMEDY_BEING_DECIDED';
const started = 'REMEDY_STARTED';
const ended = 'REMEDY_ENDED';
const times = (count: number, cell: string): readonly string[] => Array<string>(count).fill(cell);

const table: readonly (readonly [string, RemedyCommand, readonly string[]])[] = [
  ['an alert', propose(), ['Proposed', ...times(8, '=')]],
  ['started', leave('STARTED'), [missing, 'Started', 'Started', ...times(6, '=')]],
  ['held', held(), [missing, 'Held', 'Held WITHDRAWN', ...times(6, '=')]],
  ['a dry run', leave('DRY_RUN'), [missing, 'DRY_RUN', 'DRY_RUN', ...times(6, '=')]],
  ['a verdict of newer code', leave('UNKNOWN'), [missing, ...times(8, '=')]],
  ['approved', approve, [missing, busy, busy, 'Approved', 'Approved', '=', started, ended, ended]],
  ['rejected', reject, [missing, busy, busy, ...times(3, 'REJECTED'), started, ended, '=']],
  [
    'the target refuses',
    refused,
    ['=', 'Started REFUSED', 'Started REFUSED', '=', '=', '=', 'REFUSED', '=', '='],
  ],
  ['the target takes it', outcome(), ['=', 'Started', 'Started', ...times(6, '=')]],
  ['what lingers at a channel', lingering(['P-1']), [missing, ...times(8, '=')]],
  ['refunded', refunded, ['=', 'Started DONE', 'Started DONE', '=', '=', '=', 'DONE', '=', '=']],
  [
    'not refunded',
    notRefunded,
    ['=', 'Started FAILED', 'Started FAILED', '=', '=', '=', 'FAILED', '=', '='],
  ],
  [
    'the alert ends',
    alertEnd,
    ['=', 'AlertEnded', '=', ...times(3, 'AlertEnded WITHDRAWN'), ...times(3, 'AlertEnded')],
  ],
];

describe('what is decided of a remedy, in every state', () => {
  const states = Object.keys(histories) as readonly (keyof typeof histories)[];
  for (const [name, command, cells] of table) {
    it(name, () => {
      expect(states.map((state) => `${state}: ${meets(when(histories[state], command))}`)).toEqual(
        states.map((state, index) => `${state}: ${cells[index] ?? '?'}`),
      );
    });
  }
});

describe('approvals', () => {
  it('ask to start when as many have said so as it takes, and count nobody twice', () => {
    const one = when(histories['for two'], approve, 'operator:a');
    expect(one.events).toMatchObject([{ data: { by: 'operator:a', isEnough: false } }]);
    const history = [...histories['for two'], ...one.events];
    expect(meets(when(history, approve, 'operator:a'))).toBe('=');
    const two = when(history, approve, 'operator:b');
    expect(two.events).toMatchObject([{ data: { by: 'operator:b', isEnough: true } }]);
    // Of two at once the second comes when it is being decided.
    expect(meets(when([...history, ...two.events], approve, 'operator:c'))).toBe(busy);
  });

  it('of somebody who has approved ask again, where something else held it', () => {
    const hour = leave('HELD', { code: 'HOUR_SUM_USED_UP', approvalsNeeded: 1 });
    const history = told(propose(), held(), [approve, 'operator:a'], hour);
    const again = when(history, approve, 'operator:a');
    expect(again.events).toMatchObject([{ data: { by: 'operator:a', isEnough: true } }]);
    expect(again.state.remedies[remedyId]?.approvals).toEqual(['operator:a']);
  });

  it('are given by persons, with a reason', () => {
    expect(when(histories.WAITING, approve, 'system:desks').code).toBe('NO_PERSON');
    const of = (reason: string): RemedyCommand => ({
      type: 'ApproveRemedy',
      data: { remedyId, reason },
    });
    expect(when(histories.WAITING, of(' ')).code).toBe('REASON_INVALID');
    expect(when(histories.WAITING, of('x'.repeat(501))).code).toBe('REASON_INVALID');
  });

  it('are not taken without end', () => {
    const names = Array.from({ length: 9 }, (_, n) => `operator:${n}`);
    const history = told(
      propose(),
      held(9),
      ...names.slice(0, 8).map((n) => [approve, n] as const),
    );
    expect(when(history, approve, names[8]).code).toBe('APPROVALS_TOO_MANY');
  });
});

describe('what shows that it was done', () => {
  const shown = (kind: Parameters<typeof propose>[0], ...types: readonly string[]) => {
    const history = told(propose(kind), leave('STARTED'));
    return meets(when(history, outcome({ events: types.map(proof) })));
  };
  it('of an order: that it is paid, and nothing else', () => {
    expect(shown('COMPLETE_ORDER', 'OrderPaid')).toBe('DONE');
    expect(shown('COMPLETE_ORDER', 'OrderPaymentReportRecorded')).toBe('REFUSED');
    expect(shown('COMPLETE_ORDER')).toBe('REFUSED');
  });
  it('of a refund: that the money went back, not that it was asked for', () => {
    expect(shown('REFUND', 'RefundRequested')).toBe('=');
  });
  it('of a push or a query: that it was taken', () => {
    expect(shown('PUSH_CHECKOUT', 'CheckoutPushed')).toBe('DONE');
    expect(shown('QUERY_PAYMENT', 'GatewayCallRequested')).toBe('DONE');
    expect(shown('QUERY_PAYMENT')).toBe('REFUSED');
  });
  it('of what was told again: that the alert heals, which is the delivery', () => {
    expect(shown('TELL_AGAIN', 'NotificationAttemptDue')).toBe('=');
    const history = told(propose('TELL_AGAIN'), leave('STARTED'), outcome());
    const healed = when(history, alertEnd);
    expect(meets(healed)).toBe('AlertEnded DONE');
    expect(healed.events.at(-1)).toMatchObject({ data: { proof: { type: 'AlertResolved' } } });
    const byHand = { ...alertEnd, data: { ...alertEnd.data, resolution: 'RESOLVED' } };
    expect(meets(when(history, byHand))).toBe('AlertEnded FAILED');
  });
  it('of what was told again, where the alert ended before it was known to have started', () => {
    const early = told(propose('TELL_AGAIN'), alertEnd, leave('STARTED'));
    const asked = outcome({ events: [proof('NotificationAttemptDue')] });
    expect(meets(when(early, asked))).toBe('DONE');
    expect(meets(when(told(propose('TELL_AGAIN'), alertEnd), asked))).toBe('Started DONE');
    expect(meets(when(told(propose('TELL_AGAIN'), asked), alertEnd))).toBe('AlertEnded DONE');
  });
  it('an outcome of another command is none', () => {
    expect(meets(when(histories.STARTED, outcome({ commandId: 'x', isRefused: true })))).toBe('=');
  });
});

it('keeps so many of an order, and forgets only what is over', () => {
  const one = (n: number): RemedyCommand => {
    const { data } = propose() as Extract<RemedyCommand, { type: 'ProposeRemedy' }>;
    return {
      type: 'ProposeRemedy',
      data: { ...data, remedyId: `${remedyId}-${n}`, alertId: `alert-${n}` },
    };
  };
  const full = told(...Array.from({ length: remediesMax }, (_, n) => one(n)));
  expect(meets(when(full, one(99)))).toBe('=');
  const over = [
    leave('DRY_RUN', { remedyId: `${remedyId}-7` }),
    {
      type: 'NoteAlertEnd',
      data: { alertId: 'alert-7', resolution: 'RESOLVED', proof: proof('AlertResolved') },
    },
  ] as const satisfies readonly RemedyCommand[];
  const history = over.reduce((all, each) => [...all, ...when(all, each).events], full);
  const after = when(history, one(99));
  expect(meets(after)).toBe('Proposed');
  expect(Object.keys(after.state.remedies)).toHaveLength(remediesMax);
  expect(Object.keys(after.state.remedies)).not.toContain(`${remedyId}-7`);
});
