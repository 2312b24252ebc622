import type { DesksCommand, MoneyLimit, RemedyPolicy } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { PlannedRemedies } from '../plan/remedies.ts';
import type { Command } from './client.ts';

const tenant = 'main';

/** About three orders of the stories. */
const limit: MoneyLimit = {
  ...{ currency: 'CNY', perRemedyMinor: 50_000n, perHourMinor: 60_000n },
  secondPersonAboveMinor: 50_000n,
};

const policyOf = (
  rule: string,
  remedy: RemedyPolicy['remedy'],
  { perHourMax }: PlannedRemedies,
): DesksCommand => ({
  type: 'SetRemedyPolicy',
  data: {
    tenant,
    policy: { rule, remedy, mode: 'ACT', perHourMax, money: [limit], dryRun: false },
    reason: 'the simulation says so',
  },
});

const command = (id: string, payload: DesksCommand): Command => ({
  ...{ id, topic: topics.desksCommands.name, key: `${tenant}/remedies`, subject: tenant, payload },
});

const remedied: readonly (readonly [rule: string, remedy: RemedyPolicy['remedy']])[] = [
  ['A', 'COMPLETE_ORDER'],
  ['C', 'REFUND'],
  ['G', 'REFUND_SECOND'],
  ['K', 'REFUND'],
  ['M', 'QUERY_PAYMENT'],
  ['P', 'QUERY_PAYMENT'],
  ['R', 'PUSH_CHECKOUT'],
];

/** As `plumbline remedies` asks for it. */
export function remedyCommands(
  planned: PlannedRemedies,
): readonly { readonly command: Command; readonly atMs: number }[] {
  const { stop } = planned;
  const all = { tenant, rule: null, reason: 'the simulation says so' };
  const policies = remedied.map(([rule, remedy]) => ({
    ...{ command: command(`policy-${rule}`, policyOf(rule, remedy, planned)), atMs: 0 },
  }));
  if (stop === null) return policies;
  return [
    ...policies,
    { command: command('stop', { type: 'StopRemedies', data: all }), atMs: stop.atMs },
    { command: command('resume', { type: 'ResumeRemedies', data: all }), atMs: stop.untilMs },
  ];
}
