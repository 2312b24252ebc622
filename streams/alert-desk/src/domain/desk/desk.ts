import type { RemedyPolicy } from '@plumbline/events';
import type { Decider, Decision, DecisionContext, Json, Rejection } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { DeskCommand, DeskCommandOf } from './commands.ts';
import type { DeskEvent } from './events.ts';
import { requestLeave, spentWith } from './leave.ts';
import * as limits from './limits.ts';
import { isSamePolicy, policyProblem } from './policy.ts';
import { deskRejection } from './rejections.ts';
import type { Desk, DeskState, RuleDesk } from './state.ts';
import { noDesk, ruleIn } from './state.ts';

type DeskDecision = Decision<DeskEvent>;

const refuse = (rejection: Rejection): DeskDecision => rejected(rejection);

const beginOf = (tenant: string): Desk => ({ status: 'open', tenant, isStopped: false, rules: {} });

const reasonProblem = (reason: string): Rejection | null =>
  reason.trim() === '' || reason.length > limits.reasonCharactersMax
    ? deskRejection('POLICY_INVALID', {
        problem: `a reason has 1 to ${limits.reasonCharactersMax} characters`,
      })
    : null;

function setPolicy(
  { tenant, policy, reason }: DeskCommandOf<'SetRemedyPolicy'>,
  desk: Desk,
  { atMs }: DecisionContext,
): DeskDecision {
  const problem = policyProblem(policy) ?? reasonProblem(reason);
  if (problem !== null) return refuse(problem);
  const known = ruleIn(desk, policy.rule);
  if (known.policy !== null && isSamePolicy(known.policy, policy)) return unchanged;
  if (known.policy === null && Object.keys(desk.rules).length >= limits.policiesMax)
    return refuse(deskRejection('POLICY_INVALID', { problem: 'a tenant has too many policies' }));
  const revision = known.revision + 1;
  return accepted<DeskEvent>({
    type: 'RemedyPolicySet',
    data: { tenant, policy, revision, reason, setAt: atMs },
  });
}

/** A stop needs no policy: it must never be refused for what is not there. */
function stop(
  data: DeskCommandOf<'StopRemedies'>,
  desk: Desk,
  { atMs }: DecisionContext,
): DeskDecision {
  const { rule } = data;
  const isStopped = rule === null ? desk.isStopped : ruleIn(desk, rule).isStopped;
  if (isStopped) return unchanged;
  const isNew = rule !== null && !Object.hasOwn(desk.rules, rule);
  if (isNew && Object.keys(desk.rules).length >= limits.policiesMax)
    return refuse(deskRejection('POLICY_NOT_FOUND'));
  return accepted<DeskEvent>({ type: 'RemediesStopped', data: { ...data, stoppedAt: atMs } });
}

function resume(
  data: DeskCommandOf<'ResumeRemedies'>,
  desk: Desk,
  { atMs }: DecisionContext,
): DeskDecision {
  const { rule } = data;
  const isStopped = rule === null ? desk.isStopped : ruleIn(desk, rule).isStopped;
  if (!isStopped) return unchanged;
  return accepted<DeskEvent>({ type: 'RemediesResumed', data: { ...data, resumedAt: atMs } });
}

function decide(command: DeskCommand, state: DeskState, context: DecisionContext): DeskDecision {
  const { tenant } = command.data;
  const desk = state.status === 'none' ? beginOf(tenant) : state;
  if (desk.tenant !== tenant) return refuse(deskRejection('DESK_OF_ANOTHER_TENANT'));
  switch (command.type) {
    case 'SetRemedyPolicy':
      return setPolicy(command.data, desk, context);
    case 'StopRemedies':
      return stop(command.data, desk, context);
    case 'ResumeRemedies':
      return resume(command.data, desk, context);
    case 'RequestLeave':
      return requestLeave(command.data, desk, context);
    default:
      return unreachable(command);
  }
}

const withRule = (desk: Desk, rule: string, own: Partial<RuleDesk>): Desk => ({
  ...desk,
  rules: { ...desk.rules, [rule]: { ...ruleIn(desk, rule), ...own } },
});

const withStop = (desk: Desk, rule: string | null, isStopped: boolean): Desk =>
  rule === null ? { ...desk, isStopped } : withRule(desk, rule, { isStopped });

function evolve(state: DeskState, event: DeskEvent): DeskState {
  const desk = state.status === 'none' ? beginOf(event.data.tenant) : state;
  switch (event.type) {
    case 'RemedyPolicySet': {
      const { policy, revision } = event.data;
      return withRule(desk, policy.rule, { policy, revision });
    }
    case 'RemediesStopped':
      return withStop(desk, event.data.rule, true);
    case 'RemediesResumed':
      return withStop(desk, event.data.rule, false);
    case 'LeaveGranted': {
      const { rule, dryRun } = event.data;
      const own = ruleIn(desk, rule);
      return dryRun
        ? withRule(desk, rule, { tried: spentWith(own.tried, event.data) })
        : withRule(desk, rule, { spent: spentWith(own.spent, event.data) });
    }
    default:
      return unreachable(event);
  }
}

export const policyJson = (policy: RemedyPolicy): Json => ({
  ...{ rule: policy.rule, mode: policy.mode, remedy: policy.remedy },
  ...{ perHourMax: policy.perHourMax, dryRun: policy.dryRun },
  money: policy.money.map((each) => ({
    currency: each.currency,
    perRemedyMinor: each.perRemedyMinor.toString(),
    perHourMinor: each.perHourMinor.toString(),
    secondPersonAboveMinor: each.secondPersonAboveMinor.toString(),
  })),
});

/** Of the rule that the command names; of all, whether they are stopped. */
function answer(state: DeskState, { data }: DeskCommand): Json {
  if (state.status === 'none') return null;
  const { tenant, isStopped } = state;
  const rule = 'policy' in data ? data.policy.rule : data.rule;
  if (rule === null) return { tenant, isStopped };
  const own = ruleIn(state, rule);
  const policy = own.policy === null ? null : policyJson(own.policy);
  return { tenant, rule, isStopped: isStopped || own.isStopped, revision: own.revision, policy };
}

/** What is done about the alerts of a tenant: one desk each, so that limits and stops are exact. */
export const deskDecider: Decider<DeskState, DeskCommand, DeskEvent> = {
  initialState: noDesk,
  ...{ decide, evolve, answer },
  timers: () => [],
  onTimer: () => {
    throw new Error('a desk waits for nothing');
  },
};
