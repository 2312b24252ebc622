import { parseJsonBody } from '@plumbline/http';
import type { Logger, Metrics } from '@plumbline/observability';
import type { JWTPayload } from 'jose';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { Issuer } from './issuer.ts';
import { KeysUnavailable, TokenRefused } from './issuer.ts';
import type { Person, Role } from './person.ts';
import { personIdOf, roles } from './person.ts';

/** What a token proves. */
export interface Identity {
  readonly person: Person;
  readonly issuer: string;
  /** When the token stops being taken, epoch ms. */
  readonly expiresAtMs: number;
}

export interface TokenVerifier {
  /** Errors: {@link TokenRefused}, {@link KeysUnavailable}. */
  readonly verify: (token: string) => Promise<Identity>;
}

export interface TokenVerifierOptions {
  readonly issuer: Issuer;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

/**
 * Checks ID tokens (OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725): size, form, algorithm from
 * a list, key by its id, signature, issuer, audience, times within the clock skew, subject.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, logger, nowMs } = options;
  const verified = options.metrics.counter({
    name: 'plumbline_token_verifications_total',
    help: 'ID tokens that were taken, or why not',
    labels: ['outcome'],
  });
  return {
    async verify(token) {
      try {
        const identity = identityOf(issuer, await claimsOf(issuer, token, nowMs()), nowMs());
        verified.inc({ outcome: 'ok' });
        return identity;
      } catch (error) {
        const refused = refusalOf(error);
        const outcome = refused instanceof TokenRefused ? refused.reason : 'keys_unavailable';
        verified.inc({ outcome });
        // Neither the token nor its claims: they name people.
        logger.info('an ID token was not taken', { outcome });
        throw refused;
      }
    },
  };
}

function refusalOf(error: unknown): TokenRefused | KeysUnavailable {
  if (error instanceof KeysUnavailable || error instanceof TokenRefused) return error;
  // Keys that a signature cannot be checked with are a TypeError of the library's: still a refusal.
  const reason = error instanceof errors.JOSEError ? error.code.toLowerCase() : 'unreadable';
  return new TokenRefused(reason, { cause: error });
}

async function claimsOf(issuer: Issuer, token: string, nowMs: number): Promise<JWTPayload> {
  if (token.length > limits.tokenBytesMax) throw new TokenRefused('too_large');
  const parts = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(token);
  if (parts === null) throw new TokenRefused('malformed');
  checkHeader(jsonOf(parts[1]));
  const { payload } = await jwtVerify(token, issuer.keys, {
    algorithms: [...issuer.algorithms],
    issuer: issuer.issuer,
    audience: issuer.audience,
    clockTolerance: issuer.clockSkewSeconds,
    maxTokenAge: issuer.maxAgeSeconds,
    requiredClaims: ['sub', 'exp', ...issuer.requiredClaims],
    currentDate: new Date(nowMs),
  });
  // Refuses a claim that stands twice, of which others may have believed the first.
  jsonOf(parts[2]);
  return payload;
}

/** JSON without a key that stands twice. */
function jsonOf(part: string | undefined): unknown {
  try {
    return parseJsonBody(Buffer.from(part ?? '', 'base64url'));
  } catch (cause) {
    throw new TokenRefused('malformed', { cause });
  }
}

/** `crit` asks for what is not understood here, `cty` tells of a token inside: neither is an ID token. */
const headerSchema = z.object({
  kid: z.string().min(1).max(limits.keyIdCharsMax),
  typ: z
    .string()
    .regex(/^(application\/)?jwt$/i)
    .optional(),
  crit: z.undefined().optional(),
  cty: z.undefined().optional(),
});

function checkHeader(header: unknown): void {
  const wrong = headerSchema.safeParse(header).error?.issues[0];
  if (wrong) throw new TokenRefused(`header_${String(wrong.path[0] ?? 'form')}`);
}

/** Visible ASCII and spaces. */
const subjectSchema = z
  .string()
  .regex(/^[\x20-\x7e]+$/)
  .max(limits.subjectCharsMax);

function identityOf(issuer: Issuer, claims: JWTPayload, nowMs: number): Identity {
  const subject = subjectSchema.safeParse(claims.sub);
  if (!subject.success) throw new TokenRefused('subject');
  const { exp = Number.NaN, iat = Number.NaN } = claims;
  if (!Number.isFinite(exp) || !Number.isFinite(iat)) throw new TokenRefused('time');
  checkAuthTime(claims['auth_time'], nowMs / 1_000 + issuer.clockSkewSeconds);
  // Section 3.1.3.7, 4 and 5: made for several, or for somebody else to use.
  const azp = claims['azp'];
  const several = Array.isArray(claims.aud) && claims.aud.length > 1;
  if (azp !== issuer.audience && (several || azp !== undefined)) {
    throw new TokenRefused('authorised_party');
  }
  return {
    person: {
      id: personIdOf(issuer.issuer, subject.data),
      name: nameOf(claims['name']),
      roles: rolesOf(Object.hasOwn(claims, issuer.roleClaim) ? claims[issuer.roleClaim] : []),
    },
    issuer: issuer.issuer,
    expiresAtMs: Math.min(exp, iat + issuer.maxAgeSeconds) * 1_000,
  };
}

function checkAuthTime(authTime: unknown, latestSeconds: number): void {
  if (authTime === undefined) return;
  if (typeof authTime !== 'number' || authTime > latestSeconds) throw new TokenRefused('auth_time');
}

function nameOf(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const shown = Array.from(name.replace(/[\p{Cc}\p{Cs}]/gu, '').trim());
  return shown.length === 0 ? null : shown.slice(0, limits.nameCharsMax).join('');
}

/** A claim of another form gives no role: nobody becomes more by a mistake. */
const rolesOf = (claim: unknown): readonly Role[] =>
  Array.isArray(claim) ? roles.filter((role) => claim.includes(role)) : [];
