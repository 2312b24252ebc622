import type { Following, StoreFollower, TaskInfo } from '../topology.ts';
import type { TaskState } from './task-state.ts';

/** Lets a follower know of its store while a task runs. */
export interface StoreFollowing {
  /** Tells what may have changed since the last call. */
  follow(): void;
  close(): void;
}

/** Opens the follower and, unless it asks by itself, tells it what stands in its store. */
export function followStore(options: {
  readonly following: Following | undefined;
  readonly task: TaskInfo;
  readonly state: TaskState;
}): StoreFollowing {
  const { following, task, state } = options;
  if (following === undefined) return { follow: () => undefined, close: () => undefined };
  const { store: name, start = 'tell-all' } = following;
  let isOpen = true;
  // From here on, so that nothing is missed that changes while it asks.
  state.takeTouched(name);
  const follower: StoreFollower = following.open(task, {
    // A task that starts over has another state, and this one's copy is closed.
    range: (of) => (isOpen ? state.range(name, of) : []),
  });

  function close(): void {
    isOpen = false;
    follower.close();
  }

  if (start === 'tell-all') {
    try {
      for (const [key, value] of state.entries(name)) follower.changed(key, value);
    } catch (error) {
      // Whoever was opened is closed, also when the disk gives up halfway.
      close();
      throw error;
    }
  }
  return {
    follow() {
      for (const key of state.takeTouched(name)) follower.changed(key, state.store(name).get(key));
    },
    close,
  };
}
