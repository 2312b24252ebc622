import type { DesksCommand, MoneyLimit, RemedyPolicy } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { PlannedRemedies } from '../plan/remedies.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import type { Command } from './client.ts';

/** That of the stories, and that of channels. */
type Tenant = 'main' | 'platform';

/** About three orders of the stories. */
const limit: MoneyLimit = {
  ...{ currency: 'CNY', perRemedyMinor: 50_000n, perHourMinor: 60_000n },
  secondPersonAboveMinor: 50_000n,
};

const policyOf = (
  tenant: Tenant,
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

const command = (tenant: Tenant, id: string, payload: DesksCommand): Command => ({
  ...{
    id: tenant === 'main' ? id : `${id}-${tenant}`,
    topic: topics.desksCommands.name,
    key: `${tenant}/remedies`,
    subject: tenant,
    payload,
  },
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

const ofChannels: typeof remedied = [['W', 'SWEEP_CHANNEL']];

/** As `plumbline remedies` asks for it. */
export const remedyCommands = (
  planned: PlannedRemedies,
  { isListening }: Pick<RunPlan, 'isListening'>,
): readonly TimedCommand[] => [
  ...commandsOf('main', remedied, planned),
  ...(isListening ? commandsOf('platform', ofChannels, planned) : []),
];

interface TimedCommand {
  readonly command: Command;
  readonly atMs: number;
}

function commandsOf(
  tenant: Tenant,
  rules: typeof remedied,
  planned: PlannedRemedies,
): readonly TimedCommand[] {
  const { stop } = planned;
  const all = { tenant, rule: null, reason: 'the simulation says so' };
  const policies = rules.map(([rule, remedy]) => ({
    command: command(tenant, `policy-${rule}`, policyOf(tenant, rule, remedy, planned)),
    atMs: 0,
  }));
  if (stop === null) return policies;
  const { atMs, untilMs } = stop;
  return [
    ...policies,
    { command: command(tenant, 'stop', { type: 'StopRemedies', data: all }), atMs },
    { command: command(tenant, 'resume', { type: 'ResumeRemedies', data: all }), atMs: untilMs },
  ];
}
