import type { MoneyLimit, RemedyPolicy } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import type { DeskCommandOf } from './commands.ts';
import type { DeskEvent } from './events.ts';
import { hourMs } from './limits.ts';
import { deskRejection } from './rejections.ts';
import type { DeskRejection, DeskRejectionCode } from './rejections.ts';
import { isKnownRemedy, remedyFacts } from './remedies.ts';
import type { Desk, RuleDesk, Spent } from './state.ts';
import { ruleIn, spentIn } from './state.ts';

type Asked = DeskCommandOf<'RequestLeave'>;

/** The clock hour of a broker time. */
export const hourOf = (atMs: number): number => atMs - (atMs % hourMs);

/** Persons, each once: what one of our own processes says is no approval. */
export const personsOf = (approvals: readonly string[]): readonly string[] => [
  ...new Set(approvals.filter((by) => !by.startsWith('system:'))),
];

/** How many persons have to approve it before it starts. */
export function approvalsNeeded(
  { mode }: Pick<RemedyPolicy, 'mode'>,
  limit: MoneyLimit | null,
  amountMinor: bigint,
): number {
  if (limit !== null && amountMinor > limit.secondPersonAboveMinor) return 2;
  return mode === 'ACT' ? 0 : 1;
}

/**
 * Whether a remedy may start, which is that it starts: its command goes out in the transaction of this
 * decision. So the limits hold exactly, and after a stop nothing does.
 */
export function requestLeave(
  asked: Asked,
  desk: Desk,
  { atMs }: DecisionContext,
): Decision<DeskEvent> {
  const own = ruleIn(desk, asked.rule);
  const { policy } = own;
  const hour = hourOf(atMs);
  // Whoever asks does so once. Should somebody else repeat it, it has its leave.
  if (leaveIn(own, asked.remedyId, hour) !== null) return unchanged;
  const refusal = policyRefusal(asked, desk, own) ?? limitRefusal(asked, own, hour);
  if (refusal !== null || policy === null)
    return rejected(refusal ?? deskRejection('POLICY_NOT_FOUND'));
  const { tenant, rule, remedyId, alertId, orderNo, remedy, amountMinor, currency } = asked;
  return accepted<DeskEvent>({
    type: 'LeaveGranted',
    data: {
      ...{ tenant, rule, remedyId, alertId, orderNo, remedy, amountMinor, currency },
      ...{ dryRun: policy.dryRun, approvals: personsOf(asked.approvals), hour, grantedAt: atMs },
    },
  });
}

/** What was granted to a remedy within this hour; `null` for nothing. */
export function leaveIn(
  { spent, tried }: RuleDesk,
  remedyId: string,
  hour: number,
): 'STARTED' | 'DRY_RUN' | null {
  if (spentIn(spent, hour).ids.includes(remedyId)) return 'STARTED';
  return spentIn(tried, hour).ids.includes(remedyId) ? 'DRY_RUN' : null;
}

function policyRefusal(asked: Asked, desk: Desk, own: RuleDesk): DeskRejection | null {
  const { policy } = own;
  if (policy === null) return deskRejection('POLICY_NOT_FOUND');
  if (desk.isStopped || own.isStopped) return deskRejection('REMEDIES_STOPPED');
  if (policy.mode === 'OBSERVE' || policy.mode === 'UNKNOWN')
    return deskRejection('POLICY_OBSERVES');
  return policy.remedy === asked.remedy ? null : deskRejection('POLICY_CHANGED');
}

function limitRefusal(asked: Asked, own: RuleDesk, hour: number): DeskRejection | null {
  const { policy } = own;
  const { remedy, amountMinor, currency } = asked;
  if (policy === null || !isKnownRemedy(remedy)) return deskRejection('POLICY_CHANGED');
  const { movesMoney } = remedyFacts[remedy];
  const limit = movesMoney
    ? (policy.money.find((each) => each.currency === currency) ?? null)
    : null;
  if (movesMoney) {
    if (amountMinor <= 0n) return deskRejection('AMOUNT_INVALID');
    if (limit === null) return deskRejection('CURRENCY_WITHOUT_LIMIT');
    if (amountMinor > limit.perRemedyMinor) return deskRejection('ABOVE_REMEDY_LIMIT');
  }
  const needed = approvalsNeeded(policy, limit, amountMinor);
  if (personsOf(asked.approvals).length < needed)
    return deskRejection('APPROVAL_MISSING', { approvalsNeeded: needed });
  const code = hourRefusal(own, policy, { hour, limit, amountMinor });
  return code === null ? null : deskRejection(code, { approvalsNeeded: Math.max(1, needed) });
}

/** A dry run counts what really started as well; what really starts does not count dry runs. */
function hourRefusal(
  { spent, tried }: RuleDesk,
  { perHourMax, dryRun }: RemedyPolicy,
  of: { readonly hour: number; readonly limit: MoneyLimit | null; readonly amountMinor: bigint },
): DeskRejectionCode | null {
  const counted = [spentIn(spent, of.hour), ...(dryRun ? [spentIn(tried, of.hour)] : [])];
  const count = counted.reduce((sum, each) => sum + each.ids.length, 0);
  if (count >= perHourMax) return 'HOUR_COUNT_USED_UP';
  if (of.limit === null) return null;
  const { currency, perHourMinor } = of.limit;
  const minor = counted.reduce((sum, each) => sum + minorOf(each, currency), 0n);
  return minor + of.amountMinor > perHourMinor ? 'HOUR_SUM_USED_UP' : null;
}

const minorOf = ({ minor }: Spent, currency: string): bigint =>
  Object.hasOwn(minor, currency) ? (minor[currency] ?? 0n) : 0n;

/** With one more. */
export function spentWith(
  spent: Spent,
  of: {
    readonly hour: number;
    readonly remedyId: string;
    readonly remedy: Asked['remedy'];
    readonly amountMinor: bigint;
    readonly currency: string;
  },
): Spent {
  const now = spentIn(spent, of.hour);
  const ids = [...now.ids, of.remedyId];
  if (!isKnownRemedy(of.remedy) || !remedyFacts[of.remedy].movesMoney) return { ...now, ids };
  const minor = { ...now.minor, [of.currency]: minorOf(now, of.currency) + of.amountMinor };
  return { ...now, ids, minor };
}
