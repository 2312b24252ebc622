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

/** The policy of a rule, where anything is to be done about its alerts. */
export function policyOf(
  context: ProcessorContext,
  of: { readonly tenant: string; readonly rule: string },
): RemedyPolicy | null {
  const policies = context.store<readonly RemedyPolicy[]>(policiesStore).get(of.tenant) ?? [];
  const policy = policies.find(({ rule }) => rule === of.rule);
  return policy === undefined || policy.mode === 'OBSERVE' ? null : policy;
}
