import { runProcess } from '@plumbline/runtime';
import { schema } from './config.ts';
import { remediesTopology } from './remedies/remedies-topology.ts';
import { remedyObserver } from './remedies/remedy-measurements.ts';
import { alertDeskTopologiesOf } from './topologies.ts';

await runProcess({
  service: 'alert-desk',
  schema,
  open: ({ config, metrics, codec }) =>
    Promise.resolve({
      topologies: alertDeskTopologiesOf({
        partitions: config.PLUMBLINE_PARTITIONS,
        tenant: config.PLUMBLINE_TENANT,
      }),
      observers: { [remediesTopology.name]: remedyObserver(metrics, codec) },
    }),
});
