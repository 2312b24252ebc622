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
  parseRoutingKey,
  partitionOfSlot,
  routingKey,
  slotCount,
  slotOf,
  slotOfUuid,
  splitRoutingKey,
} from './ids.ts';
export { broadcastKeys } from './broadcast-keys.ts';
export { partitionOfRecordKey, payNo, slotOfPayNo, slotOfRecordKey } from './pay-no.ts';
export type { ProcessManager, ReactionContext } from './process-manager.ts';
export { encryptedOrDigest, isEncryptedText } from './personal-data.ts';
export type { Memory, MemoryLimits, Remembered } from './remembered.ts';
export { jsonBytesOf, nothingRemembered, recall, remember } from './remembered.ts';
export type {
  Earmark,
  EarmarkLimits,
  EarmarkRefusal,
  Earmarks,
  EndedEarmark,
  KnownEarmark,
} from './earmarks.ts';
export {
  barEarmark,
  dueEarmarks,
  earmarkOf,
  endEarmark,
  firstDueMs,
  judgeMake,
  judgeRelease,
  judgeTake,
  makeEarmark,
  noEarmarks,
} from './earmarks.ts';
