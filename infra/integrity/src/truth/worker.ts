import { serve } from '../simulation/campaign/serve.ts';
import type { WorldOrder } from './run-truth-world.ts';
import { runOrder } from './run-truth-world.ts';

/** Runs worlds one after the other, until the thread is ended. */
export const serveWorlds = (): void => serve((order: WorldOrder) => runOrder(order));
