export { accountsTopology } from './topology.ts';
