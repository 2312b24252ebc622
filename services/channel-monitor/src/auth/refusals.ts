/** Why a call is not let in, and with which status. docs/monitor-signatures.md has the same table. */
export const refusals = {
  signature_missing: { status: 401, description: 'Neither a signature nor a Bearer token came.' },
  signature_malformed: { status: 401, description: 'It is not `v1=` and 64 hex digits.' },
  signature_version_unknown: { status: 401, description: 'It is of a version other than `v1`.' },
  signature_wrong: {
    status: 401,
    description: 'It is not that of this request with any key of the client.',
  },
  timestamp_missing: { status: 401, description: 'There is a signature and no timestamp.' },
  timestamp_malformed: {
    status: 401,
    description: 'It is not 10 digits, the seconds since 1970; milliseconds are not.',
  },
  timestamp_stale: {
    status: 401,
    description:
      'It is more than 300 s before or after the clock here; the message says by how much.',
  },
  nonce_missing: { status: 401, description: 'There is a signature and no nonce.' },
  nonce_malformed: {
    status: 401,
    description: 'It is not 8 to 64 of `A-Z a-z 0-9 . _ ~ -`.',
  },
  nonce_reused: {
    status: 401,
    description: 'The client has used it already: sign each try anew, repeats too.',
  },
  client_missing: {
    status: 401,
    description: 'Nothing says who signed: no `client`, and no `pid` in the query or the body.',
  },
  client_malformed: { status: 401, description: 'It is not 1 to 64 of `A-Z a-z 0-9 _ -`.' },
  client_unknown: { status: 401, description: 'There is no client or merchant of this name.' },
  key_revoked: {
    status: 401,
    description: 'The signature is right, by a key that was revoked. Only its holder is told so.',
  },
  key_expired: {
    status: 401,
    description: 'The signature is right, by a key whose time, or overlap in a rotation, is over.',
  },
  token_malformed: {
    status: 401,
    description: 'What follows Bearer is not a token: 1 to 256 printable characters.',
  },
  token_unknown: { status: 401, description: 'Nobody has this token.' },
  token_revoked: { status: 401, description: 'The token was revoked.' },
  token_expired: { status: 401, description: 'The time of the token is over.' },
  rate_limited: {
    status: 429,
    description:
      'Too many calls of this client: come back after `Retry-After`. The nonce is unused.',
  },
  nonce_store_unavailable: {
    status: 503,
    description:
      'Nobody can say whether the nonce was used. Sign anew and try again, or use Bearer.',
  },
  key_store_unavailable: {
    status: 503,
    description: 'Nobody can look for the key or token now. Try again.',
  },
} as const satisfies Readonly<
  Record<string, { readonly status: 401 | 429 | 503; readonly description: string }>
>;

export type RefusalCode = keyof typeof refusals;

/** A call that is not let in. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly status: (typeof refusals)[RefusalCode]['status'];
  /** For people; names no secret. */
  readonly message: string;
  /** With `rate_limited`: after so long a call can succeed again, ms. */
  readonly retryAfterMs?: number;
}

export function refuse(
  code: RefusalCode,
  more: { readonly message?: string; readonly retryAfterMs?: number } = {},
): Refused {
  const { status, description } = refusals[code];
  return { kind: 'refused', code, status, message: description, ...more };
}
