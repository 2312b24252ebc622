export type { ActivateRulesOptions, RuleActivation } from './activate-rules.ts';
export { activateRules } from './activate-rules.ts';
export type { AsIf, RuleChange } from './as-if.ts';
export { alertsAsIf, wrongChange } from './as-if.ts';
export { consistencyAlerts } from './topology.ts';
export { alertIdOf } from './stores.ts';
export type { Rule, RuleId, RuleParameter } from './rules/rule.ts';
export { rules } from './rules/rules.ts';
export { schema as consistencyAlertsConfig } from './config.ts';
