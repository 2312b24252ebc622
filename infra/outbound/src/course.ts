import { setMaxListeners } from 'node:events';
import type { Failure, Step } from './failures.ts';
import { failed } from './failures.ts';
import { deadlineMsMax } from './limits.ts';

/** The time that one request has, and whoever may end it sooner. */
export interface Course {
  /** Aborted when the request must end. */
  readonly signal: AbortSignal;
  /** Why it had to. */
  ended(): Failure;
  /** Lets go of the timer and the listeners. */
  over(): void;
}

export interface CourseOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Aborted when the sender is closed. */
  readonly closing: AbortSignal;
}

export function beginCourse({ deadlineMs, signal, closing }: CourseOptions): Course {
  const controller = new AbortController();
  let why: Failure = failed('ABORTED', 'the request was aborted');
  const end = (because: Failure) => (): void => {
    if (controller.signal.aborted) return;
    why = because;
    controller.abort();
  };
  const aborted = end(why);
  const closed = end(failed('ABORTED', 'the sender was closed'));
  const timer = setTimeout(
    end(failed('TIMED_OUT', `no answer within ${deadlineMs} ms`)),
    Math.min(deadlineMs, deadlineMsMax),
  );
  // One of either is shared by hundreds of requests, whose listeners go when they are over.
  setMaxListeners(0, closing, ...(signal === undefined ? [] : [signal]));
  signal?.addEventListener('abort', aborted);
  closing.addEventListener('abort', closed);
  if (signal?.aborted === true) aborted();
  if (closing.aborted) closed();
  return {
    signal: controller.signal,
    ended: () => why,
    over: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      closing.removeEventListener('abort', closed);
    },
  };
}

/** What becomes of a step that is given up with the course; the step itself may go on unheard. */
export function withinCourse<Value>(
  step: Promise<Step<Value>>,
  course: Course,
): Promise<Step<Value>> {
  return new Promise((resolve, reject) => {
    const give = (): void => resolve(course.ended());
    if (course.signal.aborted) {
      give();
      return;
    }
    course.signal.addEventListener('abort', give);
    void step.then(resolve, reject).finally(() => course.signal.removeEventListener('abort', give));
  });
}
