import type { Codec } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type { EmittedMessage, KeyValueStore, ProcessorContext, TaskInfo } from '../topology.ts';
import type { TaskState } from './task-state.ts';

/**
 * The context of every step of one task: one object whose time and offset move, since a processor
 * is synchronous and keeps none. What a step changes goes to the state at once, where a step that
 * fails is undone as a whole.
 */
export interface StepContext extends ProcessorContext {
  nowMs: number;
  offset: bigint;
}

export function createStepContext(options: {
  readonly task: TaskInfo;
  readonly state: TaskState;
  readonly codec: Codec;
  readonly emit: (message: EmittedMessage) => void;
}): StepContext {
  const { task, state, codec, emit } = options;
  const stores = new Map<string, KeyValueStore<unknown>>();

  function openStore(name: string): KeyValueStore<unknown> {
    const inner = state.store(name);
    const opened: KeyValueStore<unknown> = {
      get: inner.get,
      set(key, value) {
        invariant(value !== undefined, 'a state store holds no undefined');
        inner.set(key, value);
      },
      delete: inner.delete,
    };
    stores.set(name, opened);
    return opened;
  }

  const context: StepContext = {
    task,
    nowMs: 0,
    offset: 0n,
    timers: {
      set: (timer) => state.setTimer({ ...timer, dueMs: Math.max(timer.dueMs, context.nowMs) }),
      cancel: ({ key, name }) => state.cancelTimer(key, name),
    },
    // The store's values are of the type that its topology writes into it.
    store: <V>(name: string) => (stores.get(name) ?? openStore(name)) as KeyValueStore<V>,
    encode: (topic, payload) => codec.encode(topic, payload),
    emit,
  };
  return context;
}
