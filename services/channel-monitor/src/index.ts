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
