import { brokerDiesOrFreezes } from './a-broker-that-dies-or-freezes-loses-nothing.ts';
import { frozenProcess } from './a-frozen-process-is-fenced.ts';
import { killedWriter } from './a-killed-writer-holds-others-up-for-ten-seconds-at-most.ts';
import { redisForgets } from './a-redis-that-dies-or-forgets-loses-no-result.ts';
import { manyRefunds } from './a-thousand-refunds-at-once-never-exceed-what-was-captured.ts';
import { storesGoAway } from './an-outage-of-postgres-or-the-registry-loses-nothing.ts';
import { lostWebhooks } from './every-webhook-lost-and-payments-are-right-within-a-minute.ts';
import { rebalanceStorm } from './instances-that-come-and-go-lose-nothing.ts';
import { neverGuessed } from './money-is-never-guessed.ts';
import { killedProcesses } from './processes-killed-at-any-step-lose-nothing-and-repeat-nothing.ts';
import type { IntegrityPromise } from './promise.ts';

/** In the order of a round: the last has two instances of most processes. */
export const allPromises: readonly IntegrityPromise[] = [
  killedProcesses,
  brokerDiesOrFreezes,
  frozenProcess,
];

/** Kept in a campaign, before its faults: in a round they would take `npm test` beyond its time. */
export const campaignPromises: readonly IntegrityPromise[] = [
  killedWriter,
  storesGoAway,
  rebalanceStorm,
];

/**
 * In the order of the round at gateways: from the third on these have no fault, and what was left
 * unknown by whoever died settles while webhooks are lost.
 */
export const gatewayPromises: readonly IntegrityPromise[] = [
  manyRefunds,
  redisForgets,
  neverGuessed,
  lostWebhooks,
];
