import type { Appended, Clock } from '@plumbline/kafka';
import { limits } from '../limits.ts';
import type { Checkpoint, LocalStore } from '../state/local-store.ts';
import { writeOrThrow } from './restore.ts';
import type { TaskState } from './task-state.ts';

/**
 * Brings what is committed into the local copy, many commits at a time: a key that changes often is
 * written once, and a takeover on this machine takes in a second of changelog again.
 *
 * It writes in portions, so that nobody waits long for the disk, and moves the checkpoint with the
 * last one. In between the copy holds values that are newer than its checkpoint says: each is the
 * whole value of its key, so that taking them in again from the checkpoint on ends in the same state.
 */
export interface CopyWriter {
  /** The changelog is committed up to and with this record. Not while a batch is being committed. */
  committed(last: Appended): void;
  /** Begins to write when it is time. Throws what went wrong with the write before. */
  writeIfDue(): void;
  /** Writes all that is committed, for whoever comes next; not after a failed commit. */
  finish(): Promise<void>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
}

export function createCopyWriter(options: {
  readonly local: LocalStore;
  readonly state: TaskState;
  /** Of the changelog. */
  readonly incarnation: string;
  readonly clock: Clock;
  readonly stored: () => void;
}): CopyWriter {
  const { local, state, incarnation, clock } = options;
  let goal: Checkpoint | null = null;
  let writtenAtMs = clock.nowMs();
  let writing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  async function write(to: Checkpoint): Promise<void> {
    const entries = state.unstored();
    const portion = limits.copiedEntriesPerWrite;
    for (let from = 0; from < entries.length; from += portion) {
      const chunk = entries.slice(from, from + portion);
      const isLast = from + portion >= entries.length;
      const before = local.checkpoint() ?? { ...to, offset: 0n };
      await writeOrThrow(local, chunk, isLast ? to : before);
      state.stored(chunk);
      if (!isLast) await clock.sleep(0);
    }
    options.stored();
  }

  function begin(): void {
    if (goal === null) return;
    const to = goal;
    goal = null;
    writtenAtMs = clock.nowMs();
    writing = write(to)
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        writing = null;
      });
  }

  return {
    committed({ baseOffset, appendTimeMs }) {
      const offset = baseOffset + 1n;
      const atMs = appendTimeMs ?? goal?.atMs ?? local.checkpoint()?.atMs ?? 0;
      goal = { incarnation, offset, atMs };
    },
    writeIfDue() {
      if (failure !== null) throw failure.error;
      if (goal === null || writing !== null) return;
      const isFull = state.unstoredCount >= limits.unstoredEntries;
      if (isFull || clock.nowMs() - writtenAtMs >= limits.copyWriteMs) begin();
    },
    async finish() {
      await writing;
      begin();
      await writing;
    },
    async idle() {
      await writing;
    },
  };
}
