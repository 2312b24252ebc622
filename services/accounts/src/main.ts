import { runProcess } from '@plumbline/runtime';
import type { AccountsConfig } from './config.ts';
import { schema } from './config.ts';
import { openAccounts } from './wiring.ts';

await runProcess<AccountsConfig>({ service: 'accounts', schema, open: openAccounts });
