import type { LogRecord } from '@plumbline/kafka';

/** Lines kept for printing a failure: what led to it stands in the last few hundred. */
const traceLines = 2_000;

/**
 * What happened in a run: a hash over all of it, the last lines of it, and how often rare states
 * were reached.
 */
export class History {
  readonly sometimes = new Map<string, number>();
  readonly #startMs: number;
  readonly #nowMs: () => number;
  /** A ring; strings are put together only when somebody looks. */
  readonly #lines: (readonly [atMs: number, who: string, what: string])[] = [];
  #written = 0;
  #low = 0x811c_9dc5;
  #high = 0x9747_b28c;

  constructor(options: { readonly startMs: number; nowMs(): number }) {
    this.#startMs = options.startMs;
    this.#nowMs = () => options.nowMs();
  }

  /** A step of the scheduler. */
  step(sequence: number): void {
    this.#number(sequence);
    this.#number(this.#nowMs() * 8);
  }

  line(who: string, what: string): void {
    this.#text(who);
    this.#text(what);
    this.#lines[this.#written % traceLines] = [this.#nowMs(), who, what];
    this.#written += 1;
  }

  appended(record: LogRecord): void {
    this.#text(record.topic);
    this.#number(record.partition);
    this.#number(Number(record.offset));
    this.#bytes(record.key);
    this.#bytes(record.value);
  }

  reached(name: string): void {
    this.sometimes.set(name, (this.sometimes.get(name) ?? 0) + 1);
  }

  trace(): readonly string[] {
    const from = Math.max(0, this.#written - traceLines);
    return Array.from({ length: this.#written - from }, (_, index) => {
      const [atMs, who, what] = this.#lines[(from + index) % traceLines] ?? [0, '', ''];
      return `${((atMs - this.#startMs) / 1_000).toFixed(3).padStart(9)} s  ${who}: ${what}`;
    });
  }

  /** 16 hexadecimal digits. */
  hash(): string {
    const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');
    return hex(this.#low) + hex(this.#high);
  }

  #number(value: number): void {
    this.#mix(value | 0);
    this.#mix((value / 0x1_0000_0000) | 0);
  }

  #text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
    this.#mix(text.length);
  }

  #bytes(bytes: Buffer | null): void {
    if (bytes === null) {
      this.#mix(-1);
      return;
    }
    const { length } = bytes;
    let at = 0;
    for (; at + 4 <= length; at += 4) this.#mix(bytes.readInt32LE(at));
    for (; at < length; at += 1) this.#mix(bytes.readUInt8(at));
    this.#mix(length);
  }

  /** Two lanes of FNV-1a that differ in start and order of the steps. */
  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x0100_0193);
    this.#high = Math.imul(this.#high, 0x0100_0193) ^ value;
    this.#high = (this.#high << 5) | (this.#high >>> 27);
  }
}
