export { checkoutSagaTopology } from './saga-topology.ts';
export { checkoutTopology } from './topology.ts';
export { schema as checkoutConfig } from './config.ts';
