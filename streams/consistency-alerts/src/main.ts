import { runProcess } from '@plumbline/runtime';
import { schema } from './config.ts';
import { consistencyAlerts } from './topology.ts';

await runProcess({
  service: 'consistency-alerts',
  schema,
  open: () => Promise.resolve({ topologies: [consistencyAlerts] }),
});
