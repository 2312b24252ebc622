import type { ChannelCounted, SignalsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import type { ExpectedCounts } from '../oracles/channel-counts.ts';
import { expectedCounts } from '../oracles/channel-counts.ts';
import type { ExpectedSignal } from '../oracles/channel-model.ts';
import { expectedSignals } from '../oracles/channel-model.ts';
import type { Checker } from './checker.ts';

/** I8 */
export const silenceChecker: Checker = {
  name: 'silence',
  title: 'each minute of a channel is told once, as it was, and its silence when there is one',
  check: (history) => [...minutes(history), ...signals(history)],
};

/** In words that two of them can be compared by. */
const minuteText = (of: ExpectedCounts | ChannelCounted): string => {
  const { counts } = of;
  const numbers = [
    ...[counts.created, counts.succeeded, counts.failed, counts.closed],
    ...[counts.unknown, counts.callbacks, counts.answers],
  ];
  return `${numbers.join(' ')}${of.isLast ? ', the last' : ''}`;
};

function minutes(history: History): readonly Violation[] {
  const told = new Map<string, string[]>();
  const name = ({ channel, partition, minuteAt }: ExpectedCounts | ChannelCounted): string =>
    `${channel} by ${partition} at ${minuteAt}`;
  for (const { payload, record } of ownEntries(history, topics.signalsCounts.name)) {
    const minute = payload.data as ChannelCounted;
    // Of minutes that were over after the end of the run nothing is expected any more.
    if (minute.minuteAt + history.silence.minuteMs >= history.endedMs) continue;
    if (record.timestampMs < minute.minuteAt + history.silence.minuteMs)
      return [violation('I8', `${name(minute)} was told before it was over`)];
    told.set(name(minute), [...(told.get(name(minute)) ?? []), minuteText(minute)]);
  }
  const found: string[] = [];
  for (let partition = 0; partition < history.partitions; partition += 1) {
    for (const expected of expectedCounts(history, partition, history.silence)) {
      // The log goes on for a moment after the end.
      if (expected.dueMs >= history.endedMs) continue;
      const said = told.get(name(expected)) ?? [];
      told.delete(name(expected));
      if (said.length !== 1) found.push(`${name(expected)} was told ${said.length} times`);
      else if (said[0] !== minuteText(expected))
        found.push(`${name(expected)}: ${said[0]}, and not ${minuteText(expected)}`);
    }
  }
  for (const each of told.keys()) found.push(`${each} was told, and is no minute`);
  return found.map((what) => violation('I8', what));
}

const signalText = (of: ExpectedSignal): string =>
  `${of.type} ${of.kind} ${of.since}–${of.until} ${of.succeeded}` +
  (of.expected === null ? '' : `, ${of.expected} expected, ${String(of.usualPerMille)} ‰ usual`);

function saidIn(event: SignalsEvent): string {
  const { type, data } = event;
  const { kind, since, until, counts } = data;
  // Only a silence names what was to be expected.
  const { expected, usualPerMille } =
    event.type === 'ChannelSilent' ? event.data : { expected: null, usualPerMille: null };
  const { succeeded } = counts;
  return signalText({ type, kind, since, until, succeeded, expected, usualPerMille });
}

/** By what stands in the log of counts, in its order. */
function signals(history: History): readonly Violation[] {
  const told = new Map<string, ChannelCounted[]>();
  for (const { payload } of ownEntries(history, topics.signalsCounts.name)) {
    const minute = payload.data as ChannelCounted;
    told.set(minute.channel, [...(told.get(minute.channel) ?? []), minute]);
  }
  const said = new Map<string, string[]>();
  for (const { payload } of ownEntries(history, topics.signalsEvents.name)) {
    const event = payload as SignalsEvent;
    const { channel } = event.data;
    said.set(channel, [...(said.get(channel) ?? []), saidIn(event)]);
  }
  return [...new Set([...told.keys(), ...said.keys()])].flatMap((channel) => {
    const expected = expectedSignals(told.get(channel) ?? [], history.silence).map(signalText);
    const own = said.get(channel) ?? [];
    // What was told in the last moment may not have been judged.
    const isSame = own.every((text, at) => text === expected[at]);
    const isLate = expected.length - own.length > lateMax(history, told.get(channel) ?? []);
    if (isSame && !isLate) return [];
    const what = `${channel} was said: ${own.join('; ')}; and not: ${expected.join('; ')}`;
    return [violation('I8', what)];
  });
}

/** Minutes that were told after the end of the run, each of which can bring one signal. */
const lateMax = ({ endedMs, silence }: History, told: readonly ChannelCounted[]): number =>
  new Set(
    told
      .map(({ minuteAt }) => minuteAt)
      .filter((minuteAt) => minuteAt + silence.minuteMs >= endedMs),
  ).size;
