import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { RemedyCommand } from './commands.ts';
import type { RemedyEvent } from './events.ts';
import { sweptMax } from './limits.ts';
import { channelOf } from './sweep.ts';
import { remedyDecider, held, leave, lingering, propose } from './testing-commands.ts';

const told = (...said: readonly RemedyCommand[]): readonly RemedyEvent[] =>
  said.reduce<readonly RemedyEvent[]>(
    (history, command) => [...history, ...given(remedyDecider, history).when(command).events],
    [],
  );

const started = told(propose('SWEEP_CHANNEL'), leave('STARTED'));
const sweep = (command: RemedyCommand, history = started) =>
  given(remedyDecider, history).when(command);

describe('a sweep', () => {
  it('asks about each payment that lingers, and is done with that', () => {
    const { events } = sweep(lingering(['P-2', 'P-1', 'P-2'], 3));
    expect(events).toMatchObject([
      { type: 'ChannelSwept', data: { payNos: ['P-2', 'P-1'], left: 3 } },
      {
        type: 'RemedyEnded',
        data: { ending: 'DONE', proof: { type: 'ChannelSwept', topic: 'own.events.v1' } },
      },
    ]);
  });

  it('asks about no more than it may, whoever names them, and says what is left', () => {
    const payNos = Array.from({ length: sweptMax + 5 }, (_, n) => `P-${n}`);
    const [swept] = sweep(lingering(payNos, -2)).events;
    expect(swept).toMatchObject({ data: { payNos: payNos.slice(0, sweptMax), left: 5 } });
  });

  it('where nothing lingers says so, and asks about nothing', () => {
    expect(sweep(lingering([])).events).toMatchObject([
      { type: 'RemedyEnded', data: { ending: 'REFUSED', code: 'NOTHING_LINGERS', proof: null } },
    ]);
  });

  it('hears once what lingers, and only after it has started', () => {
    const said = lingering(['P-1']);
    const over = [...started, ...sweep(said).events];
    const asking = told(propose('SWEEP_CHANNEL'));
    const waiting = told(propose('SWEEP_CHANNEL'), held());
    for (const history of [over, asking, waiting, told(propose('REFUND'), leave('STARTED'))])
      expect(sweep(said, history).decision.kind).toBe('unchanged');
    expect(sweep(lingering(['P-9']), over).decision.kind).toBe('unchanged');
    expect(sweep(said, []).code).toBe('REMEDY_NOT_FOUND');
  });
});

it.each([
  ['channel.MOCK', 'MOCK'],
  ['channel.', null],
  ['O-1', null],
])('of %s the channel is %s', (orderNo, channel) => {
  expect(channelOf({ orderNo })).toBe(channel);
});
