import { parsedArgs, UsageError } from '../program/usage.ts';
import { campaignExamples, examplesMax } from '../schemathesis/limits.ts';
import {
  handOverKeysDefault,
  handOverKeysMax,
  killsDefault,
  killsMax,
  minutesMax,
  refundsDefault,
  refundsMax,
  seedMax,
  seedsMax,
  truthDefault,
  webhooksDefault,
  webhooksMax,
} from './limits.ts';

export interface CampaignArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly save: boolean;
  readonly kills: number;
  /** Ends the faults after so many minutes, whatever the kills; null for no end. */
  readonly minutes: number | null;
  readonly seed: number;
  /** A commit to roll over from, `last` for the one before the schemas last changed, null for none. */
  readonly before: string | null;
  /** Seeds for the simulation; 0 for none. */
  readonly simulate: number;
  /** Histories for the measured truth of alerts; 0 for none. */
  readonly truth: number;
  /** Generated requests for each call of each process; 0 for none. */
  readonly endpoints: number;
  /** Whether the suites run that take too long for `npm test`. */
  readonly suites: boolean;
  /** Payments whose webhooks are all lost; 0 for none. */
  readonly webhooks: number;
  /** Refunds of one payment asked for at once; 0 for none. */
  readonly refunds: number;
  /** Orders as state when a hand-over is measured; 0 for none. */
  readonly handOver: number;
}

export const help = `Usage: npm run campaign [-- [--kills N] [--minutes N] [--seed N] [--before <commit>]
                             [--simulate N] [--truth N] [--endpoints N] [--suites none]
                             [--webhooks N] [--refunds N] [--hand-over N]]

Breaks a running platform of its own, two instances of each process, again and again and under load:
kills at labelled steps and without warning, frozen processes, rebalance storms, hand-overs, and a
broker, database, registry and Redis that die, freeze or forget; several at once, and nothing for a
quarter of the time. Payments go through simulated gateways that do wrong what gateways do wrong, and
die as well; at the end their books are compared with the log. A committed reader checks all the while; at the end everything heals, drains and is checked
again. Ctrl-C ends it early, and cleanly.

  --kills N          until so many processes and servers were killed (default ${killsDefault})
  --minutes N        at most so many minutes of faults
  --seed N           of what is broken when (default: drawn). Processes have timing of their own, so
                     a seed repeats the plan and not the run; the simulation repeats runs.
  --before <commit>  first a rolling restart under load from that version to this one; \`last\`, which
                     is the default: the commit before the schemas last changed; \`none\`: no such
                     restart. Needs git and a few minutes to build.
  --simulate N       first npm run simulate with so many seeds
  --truth N          then npm run alerts:truth with so many histories, drawn from the same seed, and
                     every planted bug (default ${truthDefault}, 0 for none)
  --endpoints N      then Schemathesis, with so many generated requests for each call, against a
                     platform of its own (default ${campaignExamples}, 0 for none; needs python3)
  --suites none      leaves out the suites that take too long for npm test (\`*.campaign.spec.ts\`),
                     which come next
  --webhooks N       before the faults, so many payments of which no webhook ever comes, with default
                     settings (default ${webhooksDefault}, 0 for none)
  --refunds N        after these, so many refunds of one payment at once, while processes are killed
                     (default ${refundsDefault}, 0 for none)
  --hand-over N      after these, a hand-over and a takeover with so many orders as state
                     (default ${handOverKeysDefault}, 0 for none)
  --save             appends the ledger's line to infra/integrity/results/campaigns.jsonl as well;
                     it is always in .plumbline/campaigns.jsonl
  --json             the verdict as one line of JSON on stdout; progress goes to stderr
  --help             this text

Ends with 0 if nothing was violated, with 1 otherwise.
`;

/** Errors: {@link UsageError}. */
export function campaignArguments(
  args: readonly string[],
  draw = () => Math.floor(Math.random() * seedMax),
): CampaignArguments {
  const values = parsed(args);
  const number = (flag: string, text: string, max: number) => wholeNumber({ flag, text, max });
  const { help: wantsHelp, json, save, minutes, seed, before } = values;
  return {
    ...{ help: wantsHelp, json, save },
    kills: number('--kills', values.kills, killsMax),
    minutes: minutes === undefined ? null : number('--minutes', minutes, minutesMax),
    seed: seed === undefined ? draw() : number('--seed', seed, seedMax),
    before: before === 'none' ? null : before,
    simulate: number('--simulate', values.simulate, seedsMax),
    truth: number('--truth', values.truth, seedsMax),
    endpoints: number('--endpoints', values.endpoints, examplesMax),
    suites: oneOf('--suites', values.suites, ['all', 'none']) === 'all',
    webhooks: number('--webhooks', values.webhooks, webhooksMax),
    refunds: number('--refunds', values.refunds, refundsMax),
    handOver: number('--hand-over', values['hand-over'], handOverKeysMax),
  };
}

function parsed(args: readonly string[]) {
  return parsedArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      kills: { type: 'string', default: String(killsDefault) },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      before: { type: 'string', default: 'last' },
      simulate: { type: 'string', default: '0' },
      truth: { type: 'string', default: String(truthDefault) },
      endpoints: { type: 'string', default: String(campaignExamples) },
      suites: { type: 'string', default: 'all' },
      webhooks: { type: 'string', default: String(webhooksDefault) },
      refunds: { type: 'string', default: String(refundsDefault) },
      'hand-over': { type: 'string', default: String(handOverKeysDefault) },
    },
  });
}

function wholeNumber(of: { flag: string; text: string; max: number }): number {
  const { flag, text, max } = of;
  const value = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`${flag}: ${text} is not a whole number from 0 to ${max}`);
}

function oneOf(flag: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new UsageError(`${flag}: ${text} is neither ${choices.join(' nor ')}`);
}
