import type { PoliciesCopied, RemedyPolicy } from '@plumbline/events';
import type { ProcessorContext } from '@plumbline/runtime';

/** By tenant: its policies, as they were last copied here. */
export const policiesStore = 'policies';

export function keepPolicies(
  { tenant, policies }: PoliciesCopied,
  context: ProcessorContext,
): void {
  context.store<readonly RemedyPolicy[]>(policiesStore).set(tenant, policies);
}

const policiesIn = (context: ProcessorContext, tenant: string): readonly RemedyPolicy[] =>
  context.store<readonly RemedyPolicy[]>(policiesStore).get(tenant) ?? [];

/** Whether anything is to be done about any of its alerts. */
export const mayAct = (context: ProcessorContext, tenant: string): boolean =>
  policiesIn(context, tenant).some(({ mode }) => mode !== 'OBSERVE');

/** The policy of a rule, where anything is to be done about its alerts. */
export function policyOf(
  context: ProcessorContext,
  of: { readonly tenant: string; readonly rule: string },
): RemedyPolicy | null {
  const policy = policiesIn(context, of.tenant).find(({ rule }) => rule === of.rule);
  return policy === undefined || policy.mode === 'OBSERVE' ? null : policy;
}
