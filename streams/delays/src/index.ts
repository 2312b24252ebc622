export { schema as delaysConfig } from './config.ts';
export { defaultDelays } from './default-delays.ts';
export type { DelaysOptions } from './topology.ts';
export { delaysTopology } from './topology.ts';
