import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { AccountsConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openAccounts } from '../wiring.ts';

export type TestAccounts = TestProcess<AccountsConfig>;

/** The whole process but its signals, on a free port, against real servers. */
export const openTestAccounts = (): Promise<TestAccounts> =>
  openTestProcess<AccountsConfig>({ service: 'accounts', schema, open: openAccounts });
