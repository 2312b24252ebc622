import type { Clock } from '@plumbline/kafka';
import { repeatMs } from './limits.ts';

export interface RepeatOptions {
  readonly clock: Clock;
  /** Nothing is tried any more. */
  readonly stopping: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** Whether it is still to be done, asked after each failure. */
  readonly isWanted?: () => boolean;
}

/** Until it does not reject, with growing pauses; `null` when it was stopped before. */
export async function repeated<T>(
  act: () => Promise<T>,
  options: RepeatOptions,
): Promise<T | null> {
  const { clock, stopping, onError, isWanted = () => true } = options;
  let waitMs: number = repeatMs.first;
  while (!stopping.aborted) {
    try {
      return await act();
    } catch (error) {
      onError(error);
    }
    await clock.sleep(waitMs, stopping);
    waitMs = Math.min(waitMs * 2, repeatMs.max);
    if (!isWanted()) return null;
  }
  return null;
}
