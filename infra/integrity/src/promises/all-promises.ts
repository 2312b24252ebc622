import { brokerDiesOrFreezes } from './a-broker-that-dies-or-freezes-loses-nothing.ts';
import { frozenProcess } from './a-frozen-process-is-fenced.ts';
import { killedWriter } from './a-killed-writer-holds-others-up-for-ten-seconds-at-most.ts';
import { rollingRestart } from './a-rolling-restart-fails-no-call.ts';
import { storesGoAway } from './an-outage-of-postgres-or-the-registry-loses-nothing.ts';
import { rebalanceStorm } from './instances-that-come-and-go-lose-nothing.ts';
import { killedProcesses } from './processes-killed-at-any-step-lose-nothing-and-repeat-nothing.ts';
import type { IntegrityPromise } from './promise.ts';

/** In the order of a round: from the fourth on there are two instances of most processes. */
export const allPromises: readonly IntegrityPromise[] = [
  killedProcesses,
  storesGoAway,
  killedWriter,
  rebalanceStorm,
  brokerDiesOrFreezes,
  frozenProcess,
  rollingRestart,
];
