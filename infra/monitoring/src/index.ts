export type { AlertRule } from './alert-rules.ts';
export { labelsInText, readAlertRules, severities } from './alert-rules.ts';
export type { Panel, PanelQuery, Row, Unit } from './dashboard.ts';
export { dashboardJson, dashboardQueries } from './dashboard.ts';
export type { Matcher, Query, Selector } from './promql.ts';
export { readPromql } from './promql.ts';
