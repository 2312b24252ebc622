import { runProcess } from '@plumbline/runtime';
import { alertObserver } from './alert-measurements.ts';
import { schema } from './config.ts';
import { consistencyAlerts } from './topology.ts';

await runProcess({
  service: 'consistency-alerts',
  schema,
  open: ({ metrics, codec }) =>
    Promise.resolve({
      topologies: [consistencyAlerts],
      observers: { [consistencyAlerts.name]: alertObserver(metrics, codec) },
    }),
});
