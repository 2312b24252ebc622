import { runProcess } from '@plumbline/runtime';
import type { BffConfig } from './config.ts';
import { schema } from './config.ts';
import { openBff } from './wiring.ts';

await runProcess<BffConfig>({ service: 'bff', schema, open: openBff });
