export type { SimulatorConfig } from './config.ts';
export { schema } from './config.ts';
export { ownErrorCodes, simulatorErrorCodes } from './control/error-codes.ts';
export { keyFiles } from './keys.ts';
export type { Simulator } from './wiring.ts';
export { openSimulator } from './wiring.ts';
