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

/** Headers as bytes, or in place within a larger buffer, which saves a dozen buffers a record. */
export interface HeaderSource {
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly eachHeader?: (
    visit: (name: string, bytes: Buffer, start: number, end: number) => void,
  ) => void;
}

/**
 * The texts of a record's headers; null for one that is not there. Fields and a switch, since a
 * property by a name that varies costs more than reading the text.
 */
class HeaderTexts {
  contentType: string | null = null;
  specVersion: string | null = null;
  id: string | null = null;
  type: string | null = null;
  source: string | null = null;
  subject: string | null = null;
  time: string | null = null;
  correlationId: string | null = null;
  causationId: string | null = null;
  actor: string | null = null;
  aggregateVersion: string | null = null;
  previousHash: string | null = null;
  subjectKeyId: string | null = null;
  traceparent: string | null = null;

  take(name: string, bytes: Buffer, start: number, end: number): void {
    switch (name) {
      case 'content-type':
        this.contentType = usual.contentType.textOf(bytes, start, end);
        return;
      case 'ce_specversion':
        this.specVersion = usual.specVersion.textOf(bytes, start, end);
        return;
      case 'ce_id':
        this.id = textOf(bytes, start, end);
        return;
      case 'ce_type':
        this.type = usual.type.textOf(bytes, start, end);
        return;
      case 'ce_source':
        this.source = usual.source.textOf(bytes, start, end);
        return;
      case 'ce_subject':
        this.subject = textOf(bytes, start, end);
        return;
      case 'ce_time':
        this.time = textOf(bytes, start, end);
        return;
      case 'ce_correlationid':
        this.correlationId = textOf(bytes, start, end);
        return;
      case 'ce_causationid':
        this.causationId = textOf(bytes, start, end);
        return;
      case 'ce_actor':
        this.actor = usual.actor.textOf(bytes, start, end);
        return;
      case 'ce_aggregateversion':
        this.aggregateVersion = textOf(bytes, start, end);
        return;
      case 'ce_previoushash':
        this.previousHash = textOf(bytes, start, end);
        return;
      case 'ce_subjectkeyid':
        this.subjectKeyId = textOf(bytes, start, end);
        return;
      case 'traceparent':
        this.traceparent = textOf(bytes, start, end);
        return;
      default:
    }
  }
}

/** Stands for a text that is too long to be read; no header can hold it. */
const tooLong = '\u0000too long';

const textOf = (bytes: Buffer, start: number, end: number): string =>
  end - start > headerBytesMax ? tooLong : bytes.toString('utf8', start, end);

/**
 * Texts that come again and again: comparing bytes with the last text of the same length costs a
 * fraction of making a string, and leaves no garbage.
 */
class UsualTexts {
  readonly #seen: ({ readonly bytes: Buffer; readonly text: string } | undefined)[] = [];

  textOf(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > usualBytesMax) return textOf(bytes, start, end);
    const seen = this.#seen[length];
    if (seen !== undefined && isAt(seen.bytes, bytes, start)) return seen.text;
    const text = textOf(bytes, start, end);
    this.#seen[length] = { bytes: Buffer.from(bytes.subarray(start, end)), text };
    return text;
  }
}

const usualBytesMax = 64;

function isAt(part: Buffer, bytes: Buffer, start: number): boolean {
  for (let at = part.length - 1; at >= 0; at -= 1) {
    if (part[at] !== bytes[start + at]) return false;
  }
  return true;
}

const usual = {
  contentType: new UsualTexts(),
  specVersion: new UsualTexts(),
  type: new UsualTexts(),
  source: new UsualTexts(),
  actor: new UsualTexts(),
} as const;

/** @throws Undecodable `ENVELOPE_HEADER_MISSING` or `ENVELOPE_HEADER_INVALID`, naming the header. */
export const decodeEnvelope = (headers: HeaderSource['headers']): Envelope =>
  decodeEnvelopeOf({ headers });

/** The same of a record, without making a buffer of each header where that is possible. */
export function decodeEnvelopeOf(source: HeaderSource): Envelope {
  const texts = textsOf(source);
  expectText(texts.contentType, 'content-type', contentType);
  expectText(texts.specVersion, 'ce_specversion', specVersion);
  const aggregateVersion = matching(texts.aggregateVersion, 'ce_aggregateversion', versionPattern);
  const previousHash = matching(texts.previousHash, 'ce_previoushash', hashPattern);
  if ((aggregateVersion === null) !== (previousHash === null)) {
    const missing = aggregateVersion === null ? 'ce_aggregateversion' : 'ce_previoushash';
    throw missingHeader(missing);
  }
  return {
    id: required(texts.id, 'ce_id'),
    type: required(texts.type, 'ce_type'),
    source: required(texts.source, 'ce_source'),
    subject: required(texts.subject, 'ce_subject'),
    timeMs: timeOf(required(texts.time, 'ce_time')),
    correlationId: required(texts.correlationId, 'ce_correlationid'),
    causationId: optional(texts.causationId, 'ce_causationid'),
    actor: required(texts.actor, 'ce_actor'),
    aggregateVersion: aggregateVersion === null ? null : BigInt(aggregateVersion),
    previousHash,
    subjectKeyId: optional(texts.subjectKeyId, 'ce_subjectkeyid'),
    traceparent: traceparentOf(texts.traceparent),
  };
}

function textsOf(source: HeaderSource): HeaderTexts {
  const texts = new HeaderTexts();
  if (source.eachHeader !== undefined) {
    source.eachHeader((name, bytes, start, end) => texts.take(name, bytes, start, end));
    return texts;
  }
  for (const [name, bytes] of Object.entries(source.headers)) {
    texts.take(name, bytes, 0, bytes.length);
  }
  return texts;
}

const missingHeader = (name: string) =>
  new Undecodable('ENVELOPE_HEADER_MISSING', `the header ${name} is missing`);

const invalidHeader = (name: string, why: string) =>
  new Undecodable('ENVELOPE_HEADER_INVALID', `the header ${name} ${why}`);

function optional(text: string | null, name: string): string | null {
  if (text === tooLong) throw invalidHeader(name, `is longer than ${headerBytesMax} bytes`);
  if (text === '') throw invalidHeader(name, 'is empty');
  return text;
}

function required(found: string | null, name: string): string {
  const text = optional(found, name);
  if (text === null) throw missingHeader(name);
  return text;
}

function expectText(found: string | null, name: string, expected: string): void {
  if (required(found, name) !== expected) throw invalidHeader(name, `is not ${expected}`);
}

function matching(found: string | null, name: string, pattern: RegExp): string | null {
  const text = optional(found, name);
  if (text !== null && !pattern.test(text)) throw invalidHeader(name, `is not ${pattern.source}`);
  return text;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Read digit by digit: `Date.parse` and back cost more than all other headers together. */
function timeOf(text: string): number {
  if (!timePattern.test(text)) throw notATime();
  const number = (from: number, to: number): number => {
    let value = 0;
    for (let at = from; at < to; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
    return value;
  };
  const year = number(0, 4);
  const month = number(5, 7);
  const day = number(8, 10);
  const [hour, minute, second, ms] = [
    number(11, 13),
    number(14, 16),
    number(17, 19),
    number(20, 23),
  ];
  const days = month === 2 && !isLeap(year) ? 28 : (monthDays[month - 1] ?? 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) throw notATime();
  // Years below 100 would be taken for those of the twentieth century.
  if (year < 100) return Date.parse(text);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

const notATime = () => invalidHeader('ce_time', 'is not RFC 3339 with milliseconds and Z');

const traceparentOf = (text: string | null): string | null =>
  text !== null && traceparentPattern.test(text) ? text : null;

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
