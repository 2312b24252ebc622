import type { ChannelView } from './channel-view.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';

/**
 * ALERTS.md, rule W: payments of a channel do not succeed as they usually do (Stripe Ledger). What is
 * usual, channel-signals of alert-desk says. The grace is longer than the minute after which a channel
 * is heard again: after a time without a broker, in which nobody could say anything, the minutes
 * without payments are told before those with them, and nothing is raised.
 */
export const channelIsSilent: Rule = {
  id: 'W',
  version: 1,
  title: 'Silence: payments of a channel do not succeed as usual',
  severity: 'WARNING',
  graceMs: 120_000,
  howSeen: 'counts of the channel by the minute, against those before, in broker time',
  find: ({ channel }) => (channel === undefined ? nothing : findingsOf(channel)),
};

function findingsOf({ channel, signal }: ChannelView): readonly Finding[] {
  if (signal === null) return nothing;
  const { kind, minutes, created, succeeded, expected, seen } = signal;
  const evidence = { evidence: [seen], saidBy: seen };
  if (kind === 'SILENT') {
    return [
      {
        ...evidence,
        summary: `no payment of ${channel} has succeeded for ${minutes} minutes`,
        expected: `${expected} payments succeed in ${minutes} minutes`,
        actual: `none did; ${created} were created`,
      },
    ];
  }
  return [
    {
      ...evidence,
      summary: `fewer payments of ${channel} succeed than usual`,
      expected: `${percent(signal.usualPerMille)} of those that end succeed`,
      actual: `${percent(signal.perMille)} in ${minutes} minutes, ${succeeded} in all`,
    },
  ];
}

const percent = (perMille: number): string => `${(perMille / 10).toFixed(1)} %`;
