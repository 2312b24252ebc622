import { defaultDelayLevelsMs, defaultDelayPrefix } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import { target } from './config.ts';
import { delaysTopology } from './topology.ts';

/** The topology as it is where nothing is configured: for pages, and for tools that know no process. */
export const defaultDelays: Topology = delaysTopology({
  prefix: defaultDelayPrefix,
  levelsMs: defaultDelayLevelsMs,
  target,
});
