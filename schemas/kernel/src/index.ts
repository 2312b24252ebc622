export { InvariantViolation, invariant, unreachable } from './invariant.ts';
export type {
  AggregateTimer,
  Decider,
  Decision,
  DecisionContext,
  Json,
  Payload,
  Rejection,
} from './decider.ts';
export { accepted, rejected, unchanged } from './decider.ts';
export type { MajorAmountProblem, Money } from './money.ts';
export {
  formatMajor,
  isCurrencyCode,
  minorDigitsOf,
  parseMajor,
  unusualCurrencies,
} from './money.ts';
export type { RoutingKey, Slot } from './ids.ts';
export {
  derivedNumber,
  derivedUuid,
  digest,
  murmur2,
  partitionOfSlot,
  routingKey,
  slotCount,
  slotOf,
  slotOfUuid,
  splitRoutingKey,
} from './ids.ts';
export { partitionOfRecordKey, payNo, slotOfPayNo, slotOfRecordKey } from './pay-no.ts';
export type { ProcessManager, ReactionContext } from './process-manager.ts';
export { encryptedOrDigest, isEncryptedText } from './personal-data.ts';
