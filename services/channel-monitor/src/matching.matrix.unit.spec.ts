import { expect, it } from 'vitest';
import * as c from './domain/receiving/testing-commands.ts';
import type { Step, Told } from './domain/receiving/testing-account.ts';
import { openAccount } from './domain/receiving/testing-account.ts';

interface Case {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly result: string;
  /** Order of the match, or why there is none. */
  readonly leads: string;
  /** What the payment is told, in minor units; a dash for nothing. */
  readonly told: string;
}

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;
const up = { ...c.settings, offsetsMax: 2 };
const down = { ...up, offsetUp: false };
const open = c.register();
const ten = 1_000n;
const other = { payway: 'alipay', channel: 'alipay1#1002' };

/** The last step of each is the money that is looked at. */
const cases: readonly Case[] = [
  {
    what: 'one order waits for exactly this amount',
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten), second]],
    ...{ result: 'MATCHED', leads: 'O-a, on time', told: '1000' },
  },
  {
    what: 'orders wait for other amounts',
    steps: [[open], [c.activate('a', 999n)], [c.activate('b', 1_001n)], [c.money('m', ten)]],
    ...{ result: 'UNMATCHED', leads: 'NO_ORDER', told: '–' },
  },
  {
    what: 'nobody waits',
    steps: [[open], [c.money('m', ten)]],
    ...{ result: 'UNMATCHED', leads: 'NO_ORDER', told: '–' },
  },
  {
    what: 'two orders wait for this amount',
    steps: [[open], [c.activate('a', ten)], [c.activate('b', ten)], [c.money('m', ten)]],
    ...{ result: 'AMBIGUOUS', leads: 'R-a or R-b', told: '–' },
  },
  {
    what: 'two wait on different channels',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.activate('b', ten, { cid: '3' })],
      [c.money('m', ten, other)],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, on time', told: '1000' },
  },
  {
    what: 'the order waits on another channel of the account',
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten, other)]],
    ...{ result: 'UNMATCHED', leads: 'NO_ORDER', told: '–' },
  },
  {
    what: "the channel is not the account's",
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten, { channel: 'wxpay9#9' })]],
    ...{ result: 'UNMATCHED', leads: 'CHANNEL_UNKNOWN', told: '–' },
  },
  {
    what: "the pay way is not the channel's",
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten, { payway: 'alipay' })]],
    ...{ result: 'UNMATCHED', leads: 'CHANNEL_UNKNOWN', told: '–' },
  },
  {
    what: 'the channel was disabled after the order',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.change({ channels: [{ ...c.wx, enabled: false }, c.ali] })],
      [c.money('m', ten)],
    ],
    ...{ result: 'MATCHED', leads: 'O-a, on time', told: '1000' },
  },
  {
    what: 'the account is paused',
    steps: [[open], [c.activate('a', ten)], [c.pause], [c.money('m', ten)]],
    ...{ result: 'MATCHED', leads: 'O-a, on time', told: '1000' },
  },
  {
    what: 'the only order that fits expired an hour ago',
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten), hour]],
    ...{ result: 'MATCHED', leads: 'O-a, late', told: '1000' },
  },
  {
    what: 'the only order that fits was closed an hour ago',
    steps: [[open], [c.activate('a', ten)], [c.end('a'), second], [c.money('m', ten), hour]],
    ...{ result: 'MATCHED', leads: 'O-a, late', told: '1000' },
  },
  {
    what: 'two that fit expired an hour ago',
    steps: [[open], [c.activate('a', ten)], [c.activate('b', ten)], [c.money('m', ten), hour]],
    ...{ result: 'AMBIGUOUS', leads: 'R-a or R-b', told: '–' },
  },
  {
    what: 'the order that fits expired two days ago',
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten), 2 * day]],
    ...{ result: 'UNMATCHED', leads: 'NO_ORDER', told: '–' },
  },
  {
    what: 'one waits, another expired half a minute ago',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.activate('b', ten, { expireAt: c.t0 + hour }), 10 * second],
      [c.money('m', ten), 210 * second],
    ],
    ...{ result: 'AMBIGUOUS', leads: 'R-a or R-b', told: '–' },
  },
  {
    what: 'one waits, another expired an hour ago',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.activate('b', ten, { expireAt: c.t0 + 3 * hour }), hour],
      [c.money('m', ten), 2 * hour],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, on time', told: '1000' },
  },
  {
    what: 'one waits, another was paid a moment ago',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.money('m1', ten), second],
      [c.activate('b', ten), 2 * second],
      [c.money('m2', ten), 3 * second],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, on time', told: '1000' },
  },
  {
    what: 'the order was paid already',
    steps: [[open], [c.activate('a', ten)], [c.money('m1', ten)], [c.money('m2', ten)]],
    ...{ result: 'UNMATCHED', leads: 'NO_ORDER', told: '–' },
  },
  {
    what: 'the same money again',
    steps: [[open], [c.activate('a', ten)], [c.money('m', ten)], [c.money('m', ten)]],
    ...{ result: 'DUPLICATE', leads: 'O-a', told: '–' },
  },
  {
    what: 'the same money again, with another amount that would fit',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.activate('b', 2_000n)],
      [c.money('m', ten)],
      [c.money('m', 2_000n)],
    ],
    ...{ result: 'DUPLICATE', leads: 'O-a, and the difference is told', told: '–' },
  },
  {
    what: 'the same money again, while an order that fits has come',
    steps: [[open], [c.money('m', ten)], [c.activate('a', ten)], [c.money('m', ten)]],
    ...{ result: 'DUPLICATE', leads: 'UNMATCHED', told: '–' },
  },
  {
    what: 'offsets up: the second of two equal orders asks for a step more',
    steps: [
      [c.register({ settings: up })],
      [c.activate('a', ten)],
      [c.activate('b', ten)],
      [c.money('m', 1_001n)],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, on time', told: '1000' },
  },
  {
    what: 'offsets down: the second asks for a step less',
    steps: [
      [c.register({ settings: down })],
      [c.activate('a', ten)],
      [c.activate('b', ten)],
      [c.money('m', 999n)],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, on time', told: '1000' },
  },
  {
    what: 'offsets: the amount of one that expired is not asked for again',
    steps: [
      [c.register({ settings: up })],
      [c.activate('a', ten)],
      [c.activate('b', ten, { expireAt: c.t0 + 3 * hour }), hour],
      [c.money('m', ten), 2 * hour],
    ],
    ...{ result: 'MATCHED', leads: 'O-a, late', told: '1000' },
  },
  {
    what: 'by hand, what was asked for',
    steps: [
      [open],
      [c.activate('a', ten)],
      [c.activate('b', ten)],
      [c.money('m', ten)],
      [c.match('m', 'b')],
    ],
    ...{ result: 'MATCHED', leads: 'O-b, by hand', told: '1000' },
  },
  {
    what: 'by hand, another amount than was asked for',
    steps: [[open], [c.activate('a', ten)], [c.money('m', 900n)], [c.match('m', 'a')]],
    ...{ result: 'MATCHED', leads: 'O-a, by hand', told: '900' },
  },
  {
    what: 'set aside by hand, then reported again',
    steps: [[open], [c.money('m', ten)], [c.setAside('m')], [c.money('m', ten)]],
    ...{ result: 'DUPLICATE', leads: 'SET_ASIDE', told: '–' },
  },
];

const how = { ON_TIME: 'on time', LATE: 'late', MANUAL: 'by hand', UNKNOWN: '' } as const;

interface Answered {
  readonly result: string;
  readonly was: string;
  readonly orderNo: string | null;
}

/** Where the money went, in the words of the table. */
function leadsOf({ events: [event], answer }: Told): string {
  const { was, orderNo } = answer as unknown as Answered;
  if (event?.type === 'MoneyMatched') return `${event.data.orderNo}, ${how[event.data.kind]}`;
  if (event?.type === 'MoneyUnmatched') return event.data.candidates.join(' or ') || event.data.why;
  const first = orderNo ?? was;
  return event?.type === 'MoneyReportContradicted' ? `${first}, and the difference is told` : first;
}

function outcomeOf({ steps }: Case): Omit<Case, 'what' | 'steps'> {
  const account = openAccount();
  const told = steps.map(([command, afterMs]) => account.tell(command, afterMs));
  expect(told.map(({ code }) => code)).toEqual(steps.map(() => null));
  const last = told.at(-1);
  if (last === undefined) throw new Error('no step');
  const [event] = last.events;
  return {
    result: (last.answer as unknown as Answered).result,
    leads: leadsOf(last),
    told: event?.type === 'MoneyMatched' ? event.data.toldMinor.toString() : '–',
  };
}

it.each(cases)('money, when $what: $result', (each) => {
  const { result, leads, told } = each;
  expect(outcomeOf(each)).toEqual({ result, leads, told });
});

it('the table in the documentation is what happens', async () => {
  const rows = cases.map((each) => {
    const { result, leads, told } = outcomeOf(each);
    return `| ${each.what} | ${result} | ${leads} | ${told} |`;
  });
  const page = [
    '# Money on a receiving account: every case',
    '',
    'Written by `matching.matrix.unit.spec.ts` from what the decider does; `npx vitest run --project unit matching.matrix -u` writes it anew.',
    'Orders ask for 10.00 (1000) where nothing else is said, and wait for 3 minutes; `settleMs` is a minute, `lateMs` a day.',
    '',
    '| when | result | where it leads | the payment is told |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  const path = '../../../docs/money-matching.md';
  await expect(page).toMatchFileSnapshot(path);
});
