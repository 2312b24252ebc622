export { inventoryTopology } from './topology.ts';
