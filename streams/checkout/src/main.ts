import { runProcess } from '@plumbline/runtime';
import { schema } from './config.ts';
import { checkoutSagaTopology } from './saga-topology.ts';
import { checkoutTopology } from './topology.ts';

await runProcess({
  service: 'checkout',
  schema,
  open: () => Promise.resolve({ topologies: [checkoutTopology, checkoutSagaTopology] }),
});
