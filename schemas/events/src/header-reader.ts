import { Undecodable } from './errors.ts';
import { headerBytesMax } from './limits.ts';

export const hashPattern = /^[0-9a-f]{64}$/;
const versionPattern = /^[1-9]\d{0,18}$/;

/** Headers as bytes, or in place within a larger buffer, which saves a dozen buffers a record. */
export interface HeaderSource {
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly eachHeader?: (
    visit: (name: string, bytes: Buffer, start: number, end: number) => void,
  ) => void;
}

/** All headers of an envelope. */
export const envelopeHeaders = [
  'content-type',
  'ce_specversion',
  'ce_id',
  'ce_source',
  'ce_type',
  'ce_subject',
  'ce_time',
  'ce_correlationid',
  'ce_causationid',
  'ce_actor',
  'ce_aggregateversion',
  'ce_previoushash',
  'ce_subjectkeyid',
  'traceparent',
] as const;
type HeaderName = (typeof envelopeHeaders)[number];

const missing = -1;

/**
 * Where the headers of the record at hand are. Positions, since half of the texts are only checked,
 * and one object for all records: the headers were a seventh of what a record costs.
 */
class HeaderFields {
  readonly #bytes: Buffer[] = envelopeHeaders.map(() => Buffer.alloc(0));
  readonly #starts = new Int32Array(envelopeHeaders.length).fill(missing);
  readonly #ends = new Int32Array(envelopeHeaders.length);
  /** Records of a topic have their headers in one order: most names stand where they stood before. */
  readonly #names: string[] = [];
  readonly #indexes: number[] = [];
  #next = 0;

  clear(): void {
    this.#starts.fill(missing);
    this.#next = 0;
  }

  readonly take = (name: string, bytes: Buffer, start: number, end: number): void => {
    const at = this.#next;
    this.#next = at + 1;
    let index = this.#indexes[at];
    if (index === undefined || this.#names[at] !== name) {
      index = headerIndexes.get(name) ?? missing;
      if (at < envelopeHeaders.length) {
        this.#names[at] = name;
        this.#indexes[at] = index;
      }
    }
    if (index === missing) return;
    this.#bytes[index] = bytes;
    this.#starts[index] = start;
    this.#ends[index] = end;
  };

  has(index: number): boolean {
    return this.#starts[index] !== missing;
  }

  bytes(index: number): Buffer {
    return this.#bytes[index] ?? noBytes;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  end(index: number): number {
    return this.#ends[index] ?? 0;
  }
}

const noBytes = Buffer.alloc(0);
const headerIndexes: ReadonlyMap<string, number> = new Map(
  envelopeHeaders.map((name, index) => [name, index]),
);
const indexOf = (name: HeaderName): number => envelopeHeaders.indexOf(name);
/** Decoding is synchronous and calls nobody. */
const fields = new HeaderFields();

/**
 * Texts that come again and again: comparing bytes with the last text of the same length costs a
 * fraction of making a string, and leaves no garbage.
 */
class UsualTexts {
  readonly #seen: ({ readonly bytes: Buffer; readonly text: string } | undefined)[] = [];

  textOf(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > usualBytesMax) return bytes.toString('utf8', start, end);
    const seen = this.#seen[length];
    if (seen !== undefined && isAt(seen.bytes, bytes, start)) return seen.text;
    const text = bytes.toString('utf8', start, end);
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

/** Everything that is read until the next call is read of this record. */
export function lookAt(source: HeaderSource): void {
  fields.clear();
  if (source.eachHeader !== undefined) {
    source.eachHeader(fields.take);
    return;
  }
  for (const [name, bytes] of Object.entries(source.headers)) {
    fields.take(name, bytes, 0, bytes.length);
  }
}

/** Reads one header of the record at hand, in each of the shapes that one can have. */
export class HeaderReader {
  readonly name: HeaderName;
  readonly #index: number;
  readonly #usual = new UsualTexts();
  readonly #expected: Buffer;

  constructor(name: HeaderName, expected = '') {
    this.name = name;
    this.#index = indexOf(name);
    this.#expected = Buffer.from(expected);
  }

  /** False when it is not there. */
  #isGiven(): boolean {
    if (!fields.has(this.#index)) return false;
    const length = fields.end(this.#index) - fields.start(this.#index);
    if (length === 0) throw invalidHeader(this.name, 'is empty');
    if (length > headerBytesMax) {
      throw invalidHeader(this.name, `is longer than ${headerBytesMax} bytes`);
    }
    return true;
  }

  #require(): void {
    if (!this.#isGiven()) throw missingHeader(this.name);
  }

  #text(): string {
    const index = this.#index;
    return fields.bytes(index).toString('utf8', fields.start(index), fields.end(index));
  }

  expect(): void {
    this.#require();
    const start = fields.start(this.#index);
    const length = fields.end(this.#index) - start;
    const expected = this.#expected;
    if (length === expected.length && isAt(expected, fields.bytes(this.#index), start)) return;
    throw invalidHeader(this.name, `is not ${expected.toString()}`);
  }

  text(): string {
    this.#require();
    return this.#text();
  }

  textOrNull(): string | null {
    return this.#isGiven() ? this.#text() : null;
  }

  usual(): string {
    this.#require();
    const index = this.#index;
    return this.#usual.textOf(fields.bytes(index), fields.start(index), fields.end(index));
  }

  version(): bigint | null {
    if (!this.#isGiven()) return null;
    const text = this.#text();
    if (!versionPattern.test(text))
      throw invalidHeader(this.name, `is not ${versionPattern.source}`);
    return BigInt(text);
  }

  hash(): string | null {
    if (!this.#isGiven()) return null;
    const bytes = fields.bytes(this.#index);
    const start = fields.start(this.#index);
    const end = fields.end(this.#index);
    if (end - start !== hashChars || !isHex(bytes, start, end)) {
      throw invalidHeader(this.name, `is not ${hashPattern.source}`);
    }
    return bytes.toString('latin1', start, end);
  }

  time(): number {
    this.#require();
    const index = this.#index;
    return timeOf(fields.bytes(index), fields.start(index), fields.end(index));
  }

  traceparent(): string | null {
    const index = this.#index;
    if (!fields.has(index)) return null;
    const length = fields.end(index) - fields.start(index);
    if (
      length > headerBytesMax ||
      !isTraceparent(fields.bytes(index), fields.start(index), length)
    ) {
      return null;
    }
    return this.#text();
  }
}

export const missingHeader = (name: HeaderName) =>
  new Undecodable('ENVELOPE_HEADER_MISSING', `the header ${name} is missing`);

const invalidHeader = (name: HeaderName, why: string) =>
  new Undecodable('ENVELOPE_HEADER_INVALID', `the header ${name} ${why}`);

const hashChars = 64;
const [digit0, digit9, letterA, letterF] = [48, 57, 97, 102];

/** Lower-case hex; patterns cost several times as much for texts of this length. */
function isHex(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < digit0 || byte > letterF || (byte > digit9 && byte < letterA)) return false;
  }
  return true;
}

function isZeros(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] !== digit0) return false;
  return true;
}

const dash = 45;

/** `version-trace-parent-flags`, in hex; later versions may have more behind it. */
function isTraceparent(bytes: Buffer, start: number, length: number): boolean {
  const [trace, parent, flags, end] = [start + 3, start + 36, start + 53, start + 55];
  if (length < 55) return false;
  if (bytes[trace - 1] !== dash || bytes[parent - 1] !== dash || bytes[flags - 1] !== dash) {
    return false;
  }
  const isInHex =
    isHex(bytes, start, trace - 1) &&
    isHex(bytes, trace, parent - 1) &&
    isHex(bytes, parent, flags - 1) &&
    isHex(bytes, flags, end);
  const isOfNoVersion = bytes[start] === letterF && bytes[start + 1] === letterF;
  const isOfNobody = isZeros(bytes, trace, parent - 1) || isZeros(bytes, parent, flags - 1);
  return isInHex && !isOfNoVersion && !isOfNobody;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const timeShape = Buffer.from('0000-00-00T00:00:00.000Z');

/** Read digit by digit: `Date.parse` and back cost more than all other headers together. */
function timeOf(bytes: Buffer, start: number, end: number): number {
  if (end - start !== timeShape.length) throw notATime();
  for (let at = 0; at < timeShape.length; at += 1) {
    const shape = timeShape[at];
    const byte = bytes[start + at] ?? 0;
    if (shape === digit0 ? byte < digit0 || byte > digit9 : byte !== shape) throw notATime();
  }
  const year = digitsAt(bytes, start, 4);
  const month = digitsAt(bytes, start + 5, 2);
  const day = digitsAt(bytes, start + 8, 2);
  const hour = digitsAt(bytes, start + 11, 2);
  const minute = digitsAt(bytes, start + 14, 2);
  const second = digitsAt(bytes, start + 17, 2);
  const ms = digitsAt(bytes, start + 20, 3);
  const days = month === 2 && !isLeap(year) ? 28 : (monthDays[month - 1] ?? 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) throw notATime();
  // Years below 100 would be taken for those of the twentieth century.
  if (year < 100) return Date.parse(bytes.toString('latin1', start, end));
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

function digitsAt(bytes: Buffer, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at += 1) value = value * 10 + (bytes[at] ?? 0) - digit0;
  return value;
}

const notATime = () => invalidHeader('ce_time', 'is not RFC 3339 with milliseconds and Z');
