/** What can be wrong with a URL before anything is looked up. */
export const urlProblems = {
  URL_TOO_LONG: 'more than 2,048 characters',
  URL_MALFORMED: 'no absolute URL, or one that readers take in different ways',
  URL_SCHEME: 'neither https nor, where it is allowed, http',
  URL_CREDENTIALS: 'a user name or password before the host',
  URL_FRAGMENT: 'a # part, which is never sent',
  URL_HOST: 'a name that means something only inside a network, or none at all',
  URL_ADDRESS: 'an address that is not of the public Internet',
  URL_PORT: 'a port that is not on the list',
} as const;
export type UrlProblem = keyof typeof urlProblems;

/** Why a request has no answer. */
export const outboundFailures = {
  REFUSED_URL: 'the URL may not be called, see the message',
  REFUSED_HEADER: 'a header of the caller may not be sent',
  REFUSED_ADDRESS: 'the name leads to an address that may not be called, or the connection did',
  NAME_NOT_FOUND: 'the name has no address',
  NAME_SERVER_FAILED: 'the name could not be looked up',
  CONNECT_REFUSED: 'nobody listens there, or there is no way to it',
  TLS_FAILED:
    'no TLS: a certificate that is not trusted, expired or for another name, or no agreement',
  CONNECTION_LOST: 'the connection ended before the status of an answer',
  ANSWER_MALFORMED: 'what came is no HTTP answer, or its headers are too large',
  TIMED_OUT: 'the deadline passed before the status of an answer',
  TOO_BUSY: 'too many requests wait for this origin, or too many connections are open',
  ABORTED: 'the caller ended it, or the sender was closed',
} as const;
export type OutboundFailure = keyof typeof outboundFailures;

export interface Failure {
  readonly ok: false;
  readonly code: OutboundFailure;
  /** For people, with no address of the inside in it: whoever named the URL may read it. */
  readonly message: string;
}

export type Step<Value> = { readonly ok: true; readonly value: Value } | Failure;

export const done = <Value>(value: Value): Step<Value> => ({ ok: true, value });

export const failed = (code: OutboundFailure, message: string): Failure => ({
  ok: false,
  code,
  message,
});
