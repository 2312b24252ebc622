import { digest, invariant } from '@plumbline/kernel';
import { Undecodable } from './errors.ts';
import { headerBytesMax } from './limits.ts';

/** What stands in a record's headers, docs/formats.md. CloudEvents 1.0, Kafka binding, binary mode. */
export interface Envelope {
  readonly id: string;
  /** Record name without its namespace. */
  readonly type: string;
  /** `/plumbline/<process or topology>`. */
  readonly source: string;
  readonly subject: string;
  /** Business time, epoch ms; for an event the broker time of its command. */
  readonly timeMs: number;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly actor: string;
  /** 1…n on events, `null` on everything else; comes together with the hash of the one before. */
  readonly aggregateVersion: bigint | null;
  readonly previousHash: string | null;
  /** Id of the key that the record's personal fields are encrypted with. */
  readonly subjectKeyId: string | null;
  /** W3C trace context. One that is not well formed is dropped, as its specification asks. */
  readonly traceparent: string | null;
}

/** What the first event of an aggregate has for the hash of the one before it. */
export const firstPreviousHash = '0'.repeat(64);

const contentType = 'application/avro';
const specVersion = '1.0';
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const hashPattern = /^[0-9a-f]{64}$/;
const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const versionPattern = /^[1-9]\d{0,18}$/;

/** The same text for the same moment everywhere: it is part of an event's hash. */
function timeText(timeMs: number): string {
  const time = new Date(timeMs);
  const text = Number.isInteger(timeMs) && !Number.isNaN(time.getTime()) ? time.toISOString() : '';
  invariant(timePattern.test(text), `${timeMs} is no epoch ms between the years 0 and 9999`);
  return text;
}

/** @throws InvariantViolation for an envelope that {@link decodeEnvelope} would refuse. */
export function encodeEnvelope(e: Envelope): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': contentType,
    ce_specversion: specVersion,
    ce_id: e.id,
    ce_source: e.source,
    ce_type: e.type,
    ce_time: timeText(e.timeMs),
    ce_subject: e.subject,
    ce_correlationid: e.correlationId,
    ce_actor: e.actor,
  };
  invariant(
    (e.aggregateVersion === null) === (e.previousHash === null),
    'an aggregate version and the hash of the event before come together',
  );
  if (e.causationId !== null) headers['ce_causationid'] = e.causationId;
  if (e.aggregateVersion !== null) {
    invariant(e.aggregateVersion >= 1n, 'aggregate versions start at 1');
    headers['ce_aggregateversion'] = e.aggregateVersion.toString();
  }
  if (e.previousHash !== null) {
    invariant(hashPattern.test(e.previousHash), 'the hash of the event before is 64 hex');
    headers['ce_previoushash'] = e.previousHash;
  }
  if (e.subjectKeyId !== null) headers['ce_subjectkeyid'] = e.subjectKeyId;
  if (e.traceparent !== null) headers['traceparent'] = e.traceparent;
  for (const [name, text] of Object.entries(headers)) {
    invariant(text !== '', `${name} is empty`);
    // Three bytes of UTF-8 a unit at most; the exact count is only needed close to the limit.
    const fits = text.length * 3 <= headerBytesMax || Buffer.byteLength(text) <= headerBytesMax;
    invariant(fits, `${name} is longer than ${headerBytesMax} bytes`);
  }
  return headers;
}

/** @throws Undecodable `ENVELOPE_HEADER_MISSING` or `ENVELOPE_HEADER_INVALID`, naming the header. */
export function decodeEnvelope(headers: Readonly<Record<string, Buffer>>): Envelope {
  expectText(headers, 'content-type', contentType);
  expectText(headers, 'ce_specversion', specVersion);
  const aggregateVersion = matching(headers, 'ce_aggregateversion', versionPattern);
  const previousHash = matching(headers, 'ce_previoushash', hashPattern);
  if ((aggregateVersion === null) !== (previousHash === null)) {
    const missing = aggregateVersion === null ? 'ce_aggregateversion' : 'ce_previoushash';
    throw missingHeader(missing);
  }
  return {
    id: required(headers, 'ce_id'),
    type: required(headers, 'ce_type'),
    source: required(headers, 'ce_source'),
    subject: required(headers, 'ce_subject'),
    timeMs: timeOf(required(headers, 'ce_time')),
    correlationId: required(headers, 'ce_correlationid'),
    causationId: optional(headers, 'ce_causationid'),
    actor: required(headers, 'ce_actor'),
    aggregateVersion: aggregateVersion === null ? null : BigInt(aggregateVersion),
    previousHash,
    subjectKeyId: optional(headers, 'ce_subjectkeyid'),
    traceparent: traceparentOf(headers),
  };
}

type HeaderBytes = Readonly<Record<string, Buffer>>;

const missingHeader = (name: string) =>
  new Undecodable('ENVELOPE_HEADER_MISSING', `the header ${name} is missing`);

const invalidHeader = (name: string, why: string) =>
  new Undecodable('ENVELOPE_HEADER_INVALID', `the header ${name} ${why}`);

function optional(headers: HeaderBytes, name: string): string | null {
  const bytes = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (bytes === undefined) return null;
  if (bytes.length > headerBytesMax) {
    throw invalidHeader(name, `is longer than ${headerBytesMax} bytes`);
  }
  if (bytes.length === 0) throw invalidHeader(name, 'is empty');
  return bytes.toString('utf8');
}

function required(headers: HeaderBytes, name: string): string {
  const text = optional(headers, name);
  if (text === null) throw missingHeader(name);
  return text;
}

function expectText(headers: HeaderBytes, name: string, expected: string): void {
  if (required(headers, name) !== expected) throw invalidHeader(name, `is not ${expected}`);
}

function matching(headers: HeaderBytes, name: string, pattern: RegExp): string | null {
  const text = optional(headers, name);
  if (text !== null && !pattern.test(text)) throw invalidHeader(name, `is not ${pattern.source}`);
  return text;
}

function timeOf(text: string): number {
  const timeMs = timePattern.test(text) ? Date.parse(text) : Number.NaN;
  // The round trip refuses days that do not exist: some are carried over into the next month.
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== text) {
    throw invalidHeader('ce_time', 'is not RFC 3339 with milliseconds and Z');
  }
  return timeMs;
}

function traceparentOf(headers: HeaderBytes): string | null {
  const bytes = Object.hasOwn(headers, 'traceparent') ? headers['traceparent'] : undefined;
  if (bytes === undefined || bytes.length > headerBytesMax) return null;
  const text = bytes.toString('latin1');
  return traceparentPattern.test(text) ? text : null;
}

/**
 * SHA-256 that chains an event to the one before it, 64 hex; its parts are those of docs/formats.md.
 * `body` is the Avro body without its framing.
 */
export function hashOfEvent(input: { key: string; envelope: Envelope; body: Uint8Array }): string {
  const { key, envelope: e, body } = input;
  const { aggregateVersion, previousHash } = e;
  invariant(aggregateVersion !== null, 'only an event with an aggregate version has a hash');
  invariant(previousHash !== null, 'only an event with the hash of the one before has a hash');
  const id = [e.id, e.type, timeText(e.timeMs), e.subject, e.actor] as const;
  const cause = [e.correlationId, e.causationId ?? ''] as const;
  const place = [aggregateVersion.toString(), previousHash] as const;
  return digest(key, ...id, ...cause, ...place, body).toString('hex');
}
