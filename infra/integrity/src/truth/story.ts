import type { Payload } from '@plumbline/kernel';
import { derivedUuid, slotOf } from '@plumbline/kernel';
import type { Random } from '@plumbline/runtime/simulation';

/** One record that a story writes. */
export interface Told {
  /** Broker time, epoch ms. */
  readonly atMs: number;
  readonly topic: string;
  readonly key: string;
  /** Id of the event. */
  readonly id: string;
  /** Null for bytes that nobody can read. */
  readonly payload: Payload | null;
}

export type Severity = 'WARNING' | 'CRITICAL';

/** An alert that must be there, because the story planted what it is about. */
export interface Planted {
  readonly rule: string;
  readonly key: string;
  /** docs/formats.md: derived from rule, routing key and the triggering event. */
  readonly alertId: string;
  /** Broker time at which it must be said, epoch ms. */
  readonly dueMs: number;
  readonly severity: Severity;
  readonly end: PlantedEnd | null;
}

export interface PlantedEnd {
  readonly atMs: number;
  /** The alert that takes its place; null where the cause is gone. */
  readonly supersededBy: string | null;
}

/** Parameters of the rules, as the world set them by record. */
export interface InForce {
  readonly isOn: (rule: string) => boolean;
  readonly graceMs: (rule: string) => number;
}

/** What a story says, and what must come of it. */
export interface Written {
  readonly told: readonly Told[];
  readonly planted: readonly Planted[];
  /** Until nothing more can come of it. */
  readonly untilMs: number;
}

/** What is wrong, and since when. */
export interface Wrong {
  readonly rule: string;
  /** The event with which it began. */
  readonly by: Told;
  /** From when the grace runs, where that is not the event. Epoch ms. */
  readonly sinceMs?: number;
  /** Instead of that of the rule, where the grace is another parameter. */
  readonly graceMs?: number;
}

export interface Plant extends Wrong {
  readonly severity: Severity;
  /** The event with which it ended. */
  readonly endedBy?: Told;
  /** The rule that is raised by that event in its place. */
  readonly over?: string;
}

/**
 * Writes a story of one key, and beside it the truth: the story knows what it plants, from which event
 * on, and what ends it. No rule is asked.
 */
export class Pen {
  readonly key: string;
  readonly random: Random;
  readonly inForce: InForce;
  readonly #name: string;
  readonly #told: Told[] = [];
  readonly #planted: Planted[] = [];
  readonly #taken: Set<number>;
  #nowMs: number;
  #untilMs = 0;

  constructor(of: {
    readonly key: string;
    /** Of the history; names its events. */
    readonly name: string;
    readonly random: Random;
    readonly beginMs: number;
    readonly inForce: InForce;
    /** Moments at which something was said already; of this key alone unless given. */
    readonly taken?: Set<number>;
  }) {
    this.key = of.key;
    this.random = of.random;
    this.inForce = of.inForce;
    this.#name = of.name;
    this.#nowMs = of.beginMs;
    this.#taken = of.taken ?? new Set();
  }

  /** Where the story stands, broker time. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets between `from` and `to` ms pass, each order of magnitude as likely as the next. */
  wait(from: number, to: number): void {
    this.#nowMs += Math.max(1, Math.round(this.random.skewed(Math.max(1, from), to)));
  }

  /** Goes on from a moment. */
  goTo(ms: number): void {
    this.#nowMs = ms;
  }

  /** Writes an event now, or at the next moment at which nothing was said yet. */
  tell(topic: string, payload: Payload | null): Told {
    const atMs = this.reserve(this.#nowMs);
    this.#nowMs = atMs;
    const id = `${this.#name}-${this.#told.length + 1}`;
    const told: Told = { atMs, topic, key: this.key, id, payload };
    this.#told.push(told);
    return told;
  }

  /** The first moment from this one on at which nothing is said yet; nothing will be. Epoch ms. */
  reserve(fromMs: number): number {
    let ms = fromMs;
    while (this.#taken.has(ms)) ms += 1;
    this.#taken.add(ms);
    this.#until(ms);
    return ms;
  }

  /**
   * What was said must be found, unless its end came within the grace or in its last millisecond, in
   * which an event is judged before the grace is over.
   */
  plant(plant: Plant): void {
    const { rule, by, severity, endedBy, over } = plant;
    const dueMs = this.#dueMs(plant);
    const isHealed = endedBy !== undefined && endedBy.atMs <= dueMs;
    if (!this.inForce.isOn(rule) || isHealed) return;
    this.#until(dueMs);
    const takesOver =
      over !== undefined && this.inForce.isOn(over) && this.inForce.graceMs(over) === 0;
    const end =
      endedBy === undefined
        ? null
        : {
            atMs: endedBy.atMs,
            supersededBy: takesOver ? this.#idOf(over, endedBy) : null,
          };
    const alertId = this.#idOf(rule, by);
    this.#planted.push({ rule, key: this.key, alertId, dueMs, severity, end });
  }

  /** Goes on around a deadline: well before it, at the very last, at the first after it, or long after. */
  goAround(wrong: Wrong): void {
    const { random } = this;
    const dueMs = this.#dueMs(wrong);
    const left = Math.max(2, dueMs - this.#nowMs);
    this.#nowMs = random.pick([
      () => this.#nowMs + 1 + random.int(left - 1),
      () => dueMs - 1,
      () => dueMs,
      () => dueMs + 1,
      () => dueMs + 1 + random.int(20_000),
    ])();
  }

  written(): Written {
    return { told: this.#told, planted: this.#planted, untilMs: this.#untilMs };
  }

  #dueMs({ rule, by, sinceMs = by.atMs, graceMs = this.inForce.graceMs(rule) }: Wrong): number {
    return Math.max(by.atMs, sinceMs + graceMs);
  }

  #idOf(rule: string, by: Told): string {
    return derivedUuid(slotOf(this.key), 'alert', rule, this.key, by.id);
  }

  #until(ms: number): void {
    this.#untilMs = Math.max(this.#untilMs, ms);
  }
}

/** A kind of story: where it is told, and how. */
export interface Story {
  readonly name: string;
  /** Rules that it can plant; none for a look-alike. */
  readonly plants: readonly string[];
  readonly about: 'order' | 'endpoint' | 'account' | 'channel' | 'item' | 'number';
  /** Graces that it waits for, where they may be long. */
  readonly waitsFor?: readonly string[];
  tell(pen: Pen): void;
}
