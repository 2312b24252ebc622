import type { ChannelCounts, SignalsEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { Channel } from './channel.ts';
import { unheard, withCounted } from './channel.ts';
import { noCounts } from './counts.ts';
import * as limits from './limits.ts';

const startMs = Date.UTC(2026, 0, 1);
const at = (minute: number): number => startMs + minute * limits.minuteMs;

/** One channel that partitions tell of, minute by minute. */
function open() {
  let channel: Channel = unheard;
  const events: SignalsEvent[] = [];
  let minute = 0;
  const tell = (of: {
    readonly minute: number;
    readonly partition?: number;
    readonly counts?: Partial<ChannelCounts>;
    readonly isLast?: boolean;
  }): void => {
    const changed = withCounted(channel, {
      ...{ channel: 'MOCK', partition: of.partition ?? 0, minuteAt: at(of.minute) },
      ...{ counts: { ...noCounts, ...of.counts }, isLast: of.isLast ?? false },
    });
    ({ channel } = changed);
    events.push(...changed.events);
  };
  /** So many minutes of the same, told by every partition. */
  const pass = (minutes: number, counts: Partial<ChannelCounts>, partitions = [0]): void => {
    for (let left = minutes; left > 0; left -= 1, minute += 1) {
      for (const partition of partitions) tell({ minute, partition, counts });
    }
  };
  return {
    ...{ tell, pass },
    channel: () => channel,
    events: () => events,
    minute: () => minute,
  };
}

const learnt = limits.learntMinutes + limits.windowMinutes;
const busy = { created: 4, succeeded: 3, failed: 1, callbacks: 3 };
const typesOf = (events: readonly SignalsEvent[]) =>
  events.map(({ type, data }) => `${type} ${data.kind}`);

describe('a channel', () => {
  it('is silent when none succeeds where as many were to be expected', () => {
    const { pass, events } = open();
    pass(learnt, busy);
    pass(limits.windowMinutes - 1, { created: 4 });
    expect(events()).toEqual([]);
    pass(1, { created: 4 });
    expect(events()).toEqual([
      {
        type: 'ChannelSilent',
        data: {
          ...{ channel: 'MOCK', kind: 'SILENT', since: at(learnt), expected: 30 },
          ...{ until: at(learnt + limits.windowMinutes), usualPerMille: 750 },
          counts: { ...noCounts, created: 40 },
        },
      },
    ]);
  });

  it('speaks again with the first payment that succeeds, and was silent once', () => {
    const { pass, events, minute } = open();
    pass(learnt, busy);
    pass(100, {});
    pass(1, { succeeded: 1 });
    expect(typesOf(events())).toEqual(['ChannelSilent SILENT', 'ChannelSpeaks SILENT']);
    expect(events()[1]?.data).toMatchObject({ since: at(minute() - 1), counts: { succeeded: 1 } });
    pass(60, busy);
    expect(events()).toHaveLength(2);
  });

  it('is not silent where few are usual, nor before anything is', () => {
    const rare = open();
    rare.pass(learnt, { succeeded: 1 });
    rare.pass(50, {});
    expect(rare.events()).toEqual([]);
    const young = open();
    young.pass(learnt - 1, busy);
    young.pass(limits.windowMinutes, {});
    // By now it is learnt; a minute earlier it was not.
    expect(young.events()).toHaveLength(1);
    const younger = open();
    younger.pass(limits.learntMinutes - 1, busy);
    younger.pass(limits.windowMinutes, {});
    expect(younger.events()).toEqual([]);
  });

  it('has collapsed when less than half the usual share succeeds, until three quarters do', () => {
    const { pass, events } = open();
    pass(learnt, busy);
    pass(5, { succeeded: 1, failed: 1, closed: 1, unknown: 1 });
    expect(events()).toEqual([]);
    pass(5, { succeeded: 1, failed: 2, closed: 1 });
    expect(typesOf(events())).toEqual(['ChannelSilent COLLAPSED']);
    expect(events()[0]?.data).toMatchObject({ usualPerMille: 750 });
    pass(20, { succeeded: 1, failed: 1 });
    expect(events()).toHaveLength(1);
    pass(3, busy);
    expect(typesOf(events())).toEqual(['ChannelSilent COLLAPSED', 'ChannelSpeaks COLLAPSED']);
  });

  it('has not collapsed by so few that it may be chance, nor where few succeed as a rule', () => {
    const few = open();
    few.pass(learnt, { succeeded: 1 });
    few.pass(limits.windowMinutes, { succeeded: 0, failed: 1 });
    expect(few.events()).toEqual([]);
    const hopeless = open();
    hopeless.pass(learnt, { succeeded: 1, failed: 9 });
    hopeless.pass(limits.windowMinutes + 5, { succeeded: 1, failed: 60 });
    expect(hopeless.events()).toEqual([]);
  });

  it('does not take what is wrong for usual', () => {
    const { pass, channel } = open();
    pass(learnt, busy);
    pass(limits.windowMinutes, {});
    const { usual } = channel();
    pass(500, {});
    expect(channel().usual).toEqual(usual);
  });
});

describe('what partitions tell', () => {
  it('is judged when all have told it: one that is behind delays a signal', () => {
    const { pass, tell, events, minute } = open();
    pass(learnt, busy, [0, 1]);
    const from = minute();
    for (let index = 0; index < 30; index += 1) tell({ minute: from + index, partition: 0 });
    expect(events()).toEqual([]);
    for (let index = 0; index < limits.windowMinutes; index += 1) {
      tell({ minute: from + index, partition: 1 });
    }
    expect(typesOf(events())).toEqual(['ChannelSilent SILENT']);
    expect(events()[0]?.data).toMatchObject({ since: at(from) });
  });

  it('and is behind invents none: what it saw is in the minute in which it was', () => {
    const { pass, tell, events, minute } = open();
    pass(learnt, busy, [0, 1]);
    const from = minute();
    for (let index = 0; index < 30; index += 1) tell({ minute: from + index, partition: 0 });
    for (let index = 0; index < 30; index += 1) {
      tell({ minute: from + index, partition: 1, counts: busy });
    }
    expect(events()).toEqual([]);
  });

  it('is not waited for once it says no more', () => {
    const { pass, tell, events, minute } = open();
    pass(learnt, busy, [0, 1]);
    tell({ minute: minute(), partition: 1, isLast: true });
    for (let index = 0; index < 15; index += 1) tell({ minute: minute() + index, partition: 0 });
    expect(typesOf(events())).toEqual(['ChannelSilent SILENT']);
  });

  it('counts once however often it is told, of one that had gone, too', () => {
    const { tell, channel } = open();
    tell({ minute: 0, counts: busy });
    tell({ minute: 1, counts: busy, isLast: true });
    const after = channel();
    tell({ minute: 0, counts: busy });
    tell({ minute: 1, counts: busy, isLast: true });
    expect(channel()).toBe(after);
  });
});
