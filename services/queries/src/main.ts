import { runProcess } from '@plumbline/runtime';
import type { QueriesConfig } from './config.ts';
import { schema } from './config.ts';
import { openQueries } from './wiring.ts';

await runProcess<QueriesConfig>({ service: 'queries', schema, open: openQueries });
