import { runProcess } from '@plumbline/runtime';
import type { DelaysConfig } from './config.ts';
import { delayTopicsOf, schema } from './config.ts';
import { openDelays } from './wiring.ts';

await runProcess<DelaysConfig>({
  service: 'delays',
  schema,
  topics: delayTopicsOf,
  open: openDelays,
});
