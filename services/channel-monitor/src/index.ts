export type { ActiveOrder, OrderFields } from './active-order.ts';
export { fieldsOf, orderFieldNames } from './active-order.ts';
export type {
  ActiveStream,
  ActiveStreamOptions,
  Applied,
  Healed,
  OrderChange,
} from './active-stream/active-stream.ts';
export { createActiveStream } from './active-stream/active-stream.ts';
export { streamKey } from './active-stream/scripts.ts';
export type {
  Authenticate,
  AuthenticationOptions,
  ClientKeys,
  LetIn,
  TokenFound,
} from './auth/authenticate.ts';
export { createAuthentication } from './auth/authenticate.ts';
export type { QueryPair, SignedParts } from './auth/canonical-string.ts';
export { canonicalString, signatureOf } from './auth/canonical-string.ts';
export type { ClientKey } from './auth/judge-signature.ts';
export type { NonceStore } from './auth/nonce-store.ts';
export { createNonceStore } from './auth/nonce-store.ts';
export type { RequestFacts } from './auth/read-credentials.ts';
export type { RefusalCode, Refused } from './auth/refusals.ts';
export { refusals } from './auth/refusals.ts';
export type { ChannelMonitorConfig } from './config.ts';
export { schema as channelMonitorConfig } from './config.ts';
export { receivingDecider } from './domain/receiving/account.ts';
export { documentedErrorCodes as channelMonitorErrorCodes } from './http/documented-codes.ts';
export type { OrderFile, OrderFileOptions } from './order-file/order-file.ts';
export { createOrderFile } from './order-file/order-file.ts';
export { monitorsTopology } from './monitors-topology.ts';
export { monitorsProjection } from './projections/clients.ts';
export { receivingProjection } from './projections/receiving.ts';
export { receivingTopology } from './topology.ts';
export { openChannelMonitor } from './wiring.ts';
