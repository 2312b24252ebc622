export type { ActivateRulesOptions, RuleActivation } from './activate-rules.ts';
export { activateRules } from './activate-rules.ts';
export { consistencyAlerts } from './topology.ts';
export { alertIdOf } from './stores.ts';
export type { Rule, RuleId } from './rules/rule.ts';
export { rules } from './rules/rules.ts';
export { schema as consistencyAlertsConfig } from './config.ts';
