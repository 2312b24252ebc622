import type { JWTVerifyGetKey } from 'jose';

/** Whose ID tokens are taken, and how they are checked. */
export interface Issuer {
  /** The `iss` of its tokens, to the letter. */
  readonly issuer: string;
  readonly audience: string;
  /** Signatures that are taken: never `none`, never one with a shared secret. */
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  /** A token that was issued longer ago is refused, whatever it says of its own end. */
  readonly maxAgeSeconds: number;
  /** Claim with an array of role names. */
  readonly roleClaim: string;
  /** Beside iss, aud, sub, iat and exp. */
  readonly requiredClaims: readonly string[];
  /** Errors: jose's own for a key that the issuer does not have; {@link KeysUnavailable}. */
  readonly keys: JWTVerifyGetKey;
}

/** The issuer's keys cannot be had now: nobody can say whether a token is right. Trying again helps. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** The token is not one that is taken here, for good. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  /** A word for metrics and the log; never told to the client. */
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`the token was refused: ${reason}`, options);
    this.reason = reason;
  }
}
