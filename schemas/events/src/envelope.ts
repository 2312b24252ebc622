import { digest, invariant } from '@plumbline/kernel';
import type { HeaderSource } from './header-reader.ts';
import { HeaderReader, hashPattern, lookAt, missingHeader } from './header-reader.ts';
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

const read = {
  contentType: new HeaderReader('content-type', contentType),
  specVersion: new HeaderReader('ce_specversion', specVersion),
  id: new HeaderReader('ce_id'),
  type: new HeaderReader('ce_type'),
  source: new HeaderReader('ce_source'),
  subject: new HeaderReader('ce_subject'),
  time: new HeaderReader('ce_time'),
  correlationId: new HeaderReader('ce_correlationid'),
  causationId: new HeaderReader('ce_causationid'),
  actor: new HeaderReader('ce_actor'),
  aggregateVersion: new HeaderReader('ce_aggregateversion'),
  previousHash: new HeaderReader('ce_previoushash'),
  subjectKeyId: new HeaderReader('ce_subjectkeyid'),
  traceparent: new HeaderReader('traceparent'),
} as const;

/** @throws Undecodable `ENVELOPE_HEADER_MISSING` or `ENVELOPE_HEADER_INVALID`, naming the header. */
export const decodeEnvelope = (headers: HeaderSource['headers']): Envelope =>
  decodeEnvelopeOf({ headers });

/** The same of a record, without making a buffer of each header where that is possible. */
export function decodeEnvelopeOf(source: HeaderSource): Envelope {
  lookAt(source);
  read.contentType.expect();
  read.specVersion.expect();
  const aggregateVersion = read.aggregateVersion.version();
  const previousHash = read.previousHash.hash();
  if ((aggregateVersion === null) !== (previousHash === null)) {
    throw missingHeader(
      (aggregateVersion === null ? read.aggregateVersion : read.previousHash).name,
    );
  }
  return {
    id: read.id.text(),
    type: read.type.usual(),
    source: read.source.usual(),
    subject: read.subject.text(),
    timeMs: read.time.time(),
    correlationId: read.correlationId.text(),
    causationId: read.causationId.textOrNull(),
    actor: read.actor.usual(),
    aggregateVersion,
    previousHash,
    subjectKeyId: read.subjectKeyId.textOrNull(),
    traceparent: read.traceparent.traceparent(),
  };
}

/** Of what a record is and what it follows from, without the rest of its headers. */
export interface RecordHead {
  readonly type: string;
  readonly causationId: string | null;
}

/** @throws Undecodable as {@link decodeEnvelope} does, for these two headers. */
export function decodeHeadOf(source: HeaderSource): RecordHead {
  lookAt(source);
  return { type: read.type.usual(), causationId: read.causationId.textOrNull() };
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
