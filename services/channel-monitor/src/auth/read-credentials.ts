import type { RawRequest } from '@plumbline/http';
import type { QueryPair, SignedParts } from './canonical-string.ts';
import { signatureVersion } from './canonical-string.ts';
import * as limits from './limits.ts';
import type { Refused } from './refusals.ts';
import { refuse } from './refusals.ts';

/** What is known of a request before anything about it is believed; a `RawRequest` is one. */
export type RequestFacts = Pick<RawRequest, 'method' | 'path' | 'query' | 'headers' | 'rawBody'>;

/** What a request shows to be let in. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'signed';
      /** `v1=` and 64 hex digits in lower case. */
      readonly signature: string;
      readonly timestampMs: number;
      readonly parts: SignedParts;
    }
  | Refused;

/** Headers, or parameters of the query, of these names. */
const fieldNames = ['signature', 'timestamp', 'nonce', 'client'] as const;
type FieldName = (typeof fieldNames)[number];

const forms = {
  signature: /^v1=[0-9a-f]{64}$/i,
  timestamp: new RegExp(`^[1-9]\\d{${limits.timestampDigits - 1}}$`),
  nonce: new RegExp(
    `^[A-Za-z0-9._~-]{${limits.nonceCharacters.min},${limits.nonceCharacters.max}}$`,
  ),
  client: new RegExp(`^[A-Za-z0-9_-]{1,${limits.clientIdCharactersMax}}$`),
} as const satisfies Readonly<Record<FieldName, RegExp>>;

/**
 * Reads what a request shows. A Bearer token alone counts where there is one, whatever else came;
 * another scheme is left to the proxy that asked for it. A field may stand in a header or in the
 * query; one that says two things is refused as malformed.
 */
export function readCredentials(facts: RequestFacts): Credentials {
  const header = facts.headers['authorization'];
  if (typeof header === 'string' && /^bearer(\s|$)/i.test(header)) return tokenIn(header);
  const signature = fieldOf(facts, 'signature');
  if (signature === null) return refuse('signature_missing');
  if (signature === malformed) return refuse('signature_malformed');
  const version = /^(v\d{1,9})=/.exec(signature)?.[1];
  if (version !== undefined && version !== signatureVersion)
    return refuse('signature_version_unknown');
  if (!forms.signature.test(signature)) return refuse('signature_malformed');
  const timestamp = fieldOf(facts, 'timestamp');
  if (timestamp === null) return refuse('timestamp_missing');
  if (!forms.timestamp.test(timestamp)) return refuse('timestamp_malformed');
  const nonce = fieldOf(facts, 'nonce');
  if (nonce === null) return refuse('nonce_missing');
  if (!forms.nonce.test(nonce)) return refuse('nonce_malformed');
  const clientId = fieldOf(facts, 'client') ?? merchantIn(facts);
  if (clientId === null) return refuse('client_missing');
  if (!forms.client.test(clientId)) return refuse('client_malformed');
  const { method, path, rawBody: body } = facts;
  return {
    kind: 'signed',
    signature: signature.toLowerCase(),
    timestampMs: Number(timestamp) * 1_000,
    parts: { method, path, query: signedQuery(facts), body, timestamp, nonce, clientId },
  };
}

/** RFC 6750: `Authorization: Bearer <token>`. */
function tokenIn(header: string): Credentials {
  const form = new RegExp(`^Bearer +([\\x21-\\x7e]{1,${limits.tokenCharactersMax}})$`, 'i');
  const token = form.exec(header)?.[1];
  return token === undefined ? refuse('token_malformed') : { kind: 'token', token };
}

/** What no field can be: none has a form that lets it pass. */
const malformed = '\n';

/** `null`: it is not there. */
function fieldOf({ headers, query }: RequestFacts, name: FieldName): string | null {
  const found = [headers[name], query[name]].filter((value) => value !== undefined);
  const [first] = found;
  if (first === undefined) return null;
  if (typeof first !== 'string' || found.some((other) => other !== first)) return malformed;
  return first;
}

/** Everything in the query but the fields themselves, which have lines of their own. */
function signedQuery({ query }: RequestFacts): readonly QueryPair[] {
  return Object.entries(query)
    .filter(([name]) => !(fieldNames as readonly string[]).includes(name))
    .flatMap(([name, value]) => textsOf(value).map((text) => [name, text] as const));
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (each) => typeof each === 'string',
  );

/** A merchant signs as itself without saying so: its `pid` stands in the query or in the body. */
function merchantIn({ query, rawBody }: RequestFacts): string | null {
  const pid = query['pid'];
  if (pid !== undefined) return typeof pid === 'string' ? pid : malformed;
  if (rawBody.length === 0) return null;
  const named = pidOfBody(rawBody);
  if (typeof named === 'string') return named;
  return typeof named === 'number' && Number.isSafeInteger(named) ? String(named) : null;
}

/** Only to find the key: the body is read again, strictly, once it is known to be signed. */
function pidOfBody(body: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && 'pid' in parsed ? parsed.pid : null;
  } catch {
    return null;
  }
}
