import type { Following, StoreFollower, StoreRange, TaskInfo } from '../topology.ts';
import type { TaskState } from './task-state.ts';
import type { ToldQueue } from './told-queue.ts';

/** Lets a follower know of its store while a task runs. */
export interface StoreFollowing {
  /** The batch at hand has taken something. */
  readonly folded: () => void;
  /** It is committed. */
  readonly committed: () => void;
  /** Something that the follower is to know waits for its commit. */
  readonly awaitsCommit: () => boolean;
  readonly close: () => void;
}

const nobody: StoreFollowing = {
  folded: () => undefined,
  committed: () => undefined,
  awaitsCommit: () => false,
  close: () => undefined,
};

/** Opens the follower and, unless it asks by itself, tells it what stands in its store. */
export function followStore(options: {
  readonly following: Following | undefined;
  readonly task: TaskInfo;
  readonly state: TaskState;
  readonly told: Pick<ToldQueue, 'say'>;
}): StoreFollowing {
  const { following, task, state, told } = options;
  if (following === undefined) return nobody;
  const { store: name, start = 'tell-all', knows = 'folded' } = following;
  let isOpen = true;
  // From here on, so that nothing is missed that changes while it asks.
  state.takeTouched(name);
  const follower: StoreFollower = following.open(task, {
    // A task that starts over has another state, and this one's copy is closed.
    range: (of) => (isOpen ? rangeOf(of) : []),
    tell: (command) => told.say(command),
  });

  /** What the batch at hand has changed is told when it is committed, if it ever is. */
  function rangeOf(of: StoreRange): ReturnType<TaskState['range']> {
    if (knows === 'folded' || state.touchedCount(name) === 0) return state.range(name, of);
    const found: (readonly [string, unknown])[] = [];
    for (let { after } = of; ;) {
      const limit = of.limit - found.length;
      const page = state.range(name, { ...of, ...(after === undefined ? {} : { after }), limit });
      found.push(...page.filter(([key]) => !state.isTouched(name, key)));
      after = page.at(-1)?.[0];
      if (page.length < limit || found.length === of.limit) return found;
    }
  }

  function tell(): void {
    for (const key of state.takeTouched(name)) follower.changed(key, state.store(name).get(key));
  }

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
    folded: knows === 'folded' ? tell : () => undefined,
    committed: knows === 'committed' ? tell : () => undefined,
    awaitsCommit: () => knows === 'committed' && state.touchedCount(name) > 0,
    close,
  };
}
