import type { MoneyLimit, RemedyPolicy } from '@plumbline/events';
import { isCurrencyCode } from '@plumbline/kernel';
import * as limits from './limits.ts';
import type { DeskRejection } from './rejections.ts';
import { deskRejection } from './rejections.ts';
import { isKnownRemedy, remedyFacts } from './remedies.ts';

const invalid = (problem: string): DeskRejection => deskRejection('POLICY_INVALID', { problem });

/** Why a policy cannot be; `null` when it can. */
export function policyProblem(policy: RemedyPolicy): DeskRejection | null {
  const { rule, mode, remedy } = policy;
  if (!/^[A-Z]+$/.test(rule) || rule.length > limits.ruleCharactersMax)
    return invalid('a rule is named by capital letters');
  if (mode === 'UNKNOWN' || !isKnownRemedy(remedy))
    return invalid('neither mode nor remedy may be UNKNOWN');
  const facts = remedyFacts[remedy];
  if (facts.mayRaise.includes(rule))
    return deskRejection('POLICY_CYCLE', { rule, remedy, mayRaise: [...facts.mayRaise] });
  if (!facts.rules.includes(rule))
    return deskRejection('REMEDY_NOT_FOR_RULE', { rule, remedy, rules: [...facts.rules] });
  return limitsProblem(policy, facts.movesMoney);
}

function limitsProblem(policy: RemedyPolicy, movesMoney: boolean): DeskRejection | null {
  const { mode, perHourMax, money } = policy;
  if (perHourMax < 0 || perHourMax > limits.perHourMax)
    return invalid(`perHourMax is 0 to ${limits.perHourMax}`);
  if (money.length > limits.currenciesMax)
    return invalid(`at most ${limits.currenciesMax} currencies have limits`);
  if (new Set(money.map(({ currency }) => currency)).size < money.length)
    return invalid('a currency has its limits once');
  const [wrong] = money.flatMap((limit) => moneyProblem(limit) ?? []);
  if (wrong !== undefined) return invalid(wrong);
  if (mode === 'OBSERVE') return null;
  const missing = perHourMax === 0 ? 'perHourMax' : movesMoney && money.length === 0 ? 'money' : '';
  return missing === '' ? null : deskRejection('POLICY_WITHOUT_LIMIT', { missing });
}

function moneyProblem(limit: MoneyLimit): string | null {
  const { currency, perRemedyMinor, perHourMinor, secondPersonAboveMinor } = limit;
  if (!isCurrencyCode(currency)) return `${currency} is no currency`;
  if (perRemedyMinor <= 0n || perHourMinor <= 0n)
    return `limits in ${currency} are more than nothing`;
  if (perHourMinor > limits.amountMinorMax)
    return `limits in ${currency} are at most ${limits.amountMinorMax} minor units`;
  if (perRemedyMinor > perHourMinor)
    return `one remedy in ${currency} is no more than those of an hour`;
  if (secondPersonAboveMinor < 0n) return `secondPersonAbove in ${currency} is not negative`;
  return null;
}

/** Whether two policies say the same. */
export const isSamePolicy = (one: RemedyPolicy, other: RemedyPolicy): boolean =>
  one.rule === other.rule &&
  one.mode === other.mode &&
  one.remedy === other.remedy &&
  one.perHourMax === other.perHourMax &&
  one.dryRun === other.dryRun &&
  one.money.length === other.money.length &&
  one.money.every((each, i) => isSameLimit(each, other.money[i]));

const isSameLimit = (one: MoneyLimit, other: MoneyLimit | undefined): boolean =>
  one.currency === other?.currency &&
  one.perRemedyMinor === other.perRemedyMinor &&
  one.perHourMinor === other.perHourMinor &&
  one.secondPersonAboveMinor === other.secondPersonAboveMinor;
