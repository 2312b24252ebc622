import { runProcess } from '@plumbline/runtime';
import { schema } from './config.ts';
import { alertDeskTopologiesOf } from './topologies.ts';

await runProcess({
  service: 'alert-desk',
  schema,
  open: ({ config }) =>
    Promise.resolve({
      topologies: alertDeskTopologiesOf({
        partitions: config.PLUMBLINE_PARTITIONS,
        tenant: config.PLUMBLINE_TENANT,
      }),
    }),
});
