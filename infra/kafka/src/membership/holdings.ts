import type { Assignment } from '../log.ts';

/**
 * What a member may be working on, between the group's assignments and the owner's `onAssigned`:
 *
 *   assigned ──► held ──onAssigned called without it, and returned──► let go
 *
 * `onAssigned` calls never overlap and come in order. Of assignments that wait, only the newest
 * counts, but a loss of the group (`member: false`) is always told.
 */
export class Holdings {
  readonly #onAssigned: (assignment: Assignment) => Promise<void>;
  readonly #onLetGo: () => void;
  readonly #onError: (error: Error) => void;
  readonly #waiting: Assignment[] = [];
  #held: ReadonlySet<number> = new Set();
  #draining: Promise<void> | null = null;
  #ended = false;

  constructor(options: {
    onAssigned(assignment: Assignment): Promise<void>;
    /** Something is held no more and can be given to another. */
    onLetGo(): void;
    /** `onAssigned` threw. */
    onError(error: Error): void;
  }) {
    this.#onAssigned = (assignment) => options.onAssigned(assignment);
    this.#onLetGo = () => options.onLetGo();
    this.#onError = (error) => options.onError(error);
  }

  held(): readonly number[] {
    return [...this.#held].sort((a, b) => a - b);
  }

  assign(assignment: Assignment): void {
    if (assignment.member) this.#held = new Set([...this.#held, ...assignment.partitions]);
    else this.#held = new Set();
    if (this.#waiting.at(-1)?.member === true && assignment.member) this.#waiting.pop();
    this.#waiting.push(assignment);
    this.#draining ??= this.#drain();
  }

  /** Resolves when the owner has taken in everything that was assigned. */
  async settled(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  /** Nothing more is told. */
  end(): void {
    this.#ended = true;
    this.#waiting.length = 0;
  }

  async #drain(): Promise<void> {
    // Never from within `assign`: its caller has not finished with the assignment yet.
    await Promise.resolve();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#ended) break;
      try {
        await this.#onAssigned(next);
      } catch (error) {
        this.#onError(error instanceof Error ? error : new Error(String(error)));
        break;
      }
      if (next.member) this.#letGo(next);
    }
    this.#draining = null;
  }

  #letGo(taken: Assignment): void {
    // The group was lost since: what is held was set anew, by assignments after this one.
    if (this.#waiting.some(({ member }) => !member)) return;
    const kept = new Set(taken.partitions);
    for (const newer of this.#waiting) for (const more of newer.partitions) kept.add(more);
    const letGo = [...this.#held].some((partition) => !kept.has(partition));
    this.#held = kept;
    if (letGo && !this.#ended) this.#onLetGo();
  }
}
