export { sagaDecider } from './domain/saga/saga.ts';
export type { Phase, Saga, SagaState } from './domain/saga/state.ts';
export { phaseOf } from './domain/saga/state.ts';
export { checkoutSagaTopology } from './saga-topology.ts';
export { checkoutTopology } from './topology.ts';
export { schema as checkoutConfig } from './config.ts';
