export type { OutboundFailure, UrlProblem } from './failures.ts';
export { outboundFailures, urlProblems } from './failures.ts';
export { judgeAddress } from './judge-address.ts';
export type { UrlJudgement } from './judge-url.ts';
export { judgeUrl } from './judge-url.ts';
export type { ResolvedAddress, Resolver } from './look-up.ts';
export type {
  Outbound,
  OutboundAnswer,
  OutboundOptions,
  OutboundRequest,
  OutboundTiming,
} from './open-outbound.ts';
export { openOutbound } from './open-outbound.ts';
export type { OutboundPolicy } from './policy.ts';
export { strictPolicy } from './policy.ts';
