export type { AccountsConfig } from './config.ts';
export { schema as accountsConfig } from './config.ts';
export { accountDecider } from './domain/account/account.ts';
export { accountsErrorCodes } from './http/error-codes.ts';
export { accountsProjection } from './projections/accounts.ts';
export { accountsTopology } from './topology.ts';
export { openAccounts } from './wiring.ts';
