import { runProcess } from '@plumbline/runtime';
import { schema } from './config.ts';
import { alertDeskTopologies } from './topologies.ts';

await runProcess({
  service: 'alert-desk',
  schema,
  open: () => Promise.resolve({ topologies: alertDeskTopologies }),
});
