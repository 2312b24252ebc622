export type { FaultPlan } from './fault-plan.ts';
export { calm, randomPlan, stormy } from './fault-plan.ts';
export type { Random } from './random.ts';
export { createRandom } from './random.ts';
export type { RunOptions } from './scheduler.ts';
export type { SimLog } from './sim-log.ts';
export type { ProcessState, SimHost, SimProcess } from './sim-process.ts';
export type { SimulatedTopic, Simulation, SimulationOptions } from './simulation.ts';
export { createSimulation } from './simulation.ts';
