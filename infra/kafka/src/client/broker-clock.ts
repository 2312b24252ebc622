import { clockDriftMax, clockSampleAgeMaxMs } from '../limits.ts';

interface Sample {
  readonly appendTimeMs: number;
  readonly atMs: number;
}

/**
 * A lower bound of the brokers' clocks: a batch was appended at a time that an answer told, and
 * since that answer arrived at least so much monotonic time has passed, less the drift that two
 * clocks may have. Of several brokers the earliest counts, since a record may be any one's.
 *
 * A newer sample replaces the one in use when it promises more, or when that one is old: a broker
 * whose clock was set back is followed after {@link clockSampleAgeMaxMs}.
 */
export class BrokerClock {
  readonly #samples = new Map<string, Sample>();
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  /** The append time of an answered Produce request; ignored on CreateTime topics (-1). */
  observe(broker: string, appendTimeMs: number): void {
    if (appendTimeMs < 0) return;
    const nowMs = this.#monotonicMs();
    const known = this.#samples.get(broker);
    const better =
      known === undefined ||
      appendTimeMs >= boundOf(known, nowMs) ||
      nowMs - known.atMs > clockSampleAgeMaxMs;
    if (better) this.#samples.set(broker, { appendTimeMs, atMs: nowMs });
  }

  /** Epoch ms, whole; `null` before the first answer. */
  nowMs(): number | null {
    const nowMs = this.#monotonicMs();
    let earliest = Infinity;
    for (const sample of this.#samples.values()) {
      earliest = Math.min(earliest, boundOf(sample, nowMs));
    }
    return earliest === Infinity ? null : Math.floor(earliest);
  }
}

function boundOf(sample: Sample, nowMs: number): number {
  return sample.appendTimeMs + (nowMs - sample.atMs) * (1 - clockDriftMax);
}
