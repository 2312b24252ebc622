export type { HttpAppOptions } from './app.ts';
export { createHttpApp } from './app.ts';
export type { ErrorBody, ErrorCode, ErrorCodes, ProblemExtras } from './errors.ts';
export {
  commonErrorCodes,
  deciderErrorCodes,
  defineErrorCodes,
  detailErrors,
  envelopeErrors,
  errorDocsPath,
  HttpProblem,
  ok,
  okSchema,
  problem,
  problemsOf,
  tooManyCalls,
} from './errors.ts';
export { bearerChallenge, bearerOf } from './bearer.ts';
export { amountBeside, currencyBranches, currencyCode } from './currency-fields.ts';
export {
  intNumber,
  intText,
  jsonObject,
  majorAmount,
  majorAmountOut,
  majorAmountOutSchema,
  minorAmount,
  text,
  textOrWholeNumber,
} from './fields.ts';
export type { EventStream, StreamedEvent, Streaming } from './event-stream.ts';
export type { HealthChecks, HealthState, Readiness } from './health.ts';
export { readinessOf } from './health.ts';
export { jsonNumber, numberText, parseJsonBody, renderJson } from './json.ts';
export type { Listening } from './listen.ts';
export { listen } from './listen.ts';
export { openApiOf } from './openapi.ts';
export type { InternalCallersOptions } from './internal-callers.ts';
export { internalCallers, strangerOnLoopback } from './internal-callers.ts';
export type { RequestContext } from './request-context.ts';
export { actorHeader, anonymous, contextOf, serviceKeyHeader } from './request-context.ts';
export type {
  Authenticated,
  Method,
  RawRequest,
  ResponseSpec,
  Route,
  RouteInput,
  RouteResponse,
  RouteSpec,
} from './route.ts';
export { defineRoute } from './route.ts';
export type { UpgradeAt, Upgraded } from './upgrade.ts';
export { jsonSchemaOf } from './strictness.ts';
export type {
  Command,
  CommandGateway,
  CommandGatewayOptions,
  Executed,
} from './gateway/command-gateway.ts';
export { createCommandGateway } from './gateway/command-gateway.ts';
export { Overloaded, WriteFailed, WriteUnknown } from './gateway/errors.ts';
export type { Decided, OutcomeMapping } from './gateway/outcome-to-http.ts';
export { decisionOf, outcomeToHttp } from './gateway/outcome-to-http.ts';
export type { PagePosition } from './page-cursor.ts';
export { cursorOf, pageCursor } from './page-cursor.ts';
export type { PageOptions } from './page.ts';
export { servePage } from './page.ts';
export { isSameText } from './same-text.ts';
