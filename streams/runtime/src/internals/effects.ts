import type { Codec } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { invariant } from '@plumbline/kernel';
import type {
  EmittedMessage,
  FiredTimer,
  KeyValueStore,
  ProcessorContext,
  TaskInfo,
} from '../topology.ts';
import type { TaskState } from './task-state.ts';

type TimerChange =
  | { readonly kind: 'set'; readonly timer: FiredTimer }
  | { readonly kind: 'cancel'; readonly key: string; readonly name: string };

/**
 * What one step of a processor wants to change. It is applied to the task only when the step ended
 * well, so that a record which fails halfway leaves nothing behind but its dead letter.
 */
export interface Effects {
  readonly context: ProcessorContext;
  readonly emitted: readonly EmittedMessage[];
  apply(): void;
}

const deleted = Symbol('deleted');

export function createEffects(options: {
  readonly task: TaskInfo;
  readonly state: TaskState;
  readonly codec: Codec;
  readonly nowMs: number;
  readonly offset: bigint;
}): Effects {
  const { task, state, codec, nowMs, offset } = options;
  const writes = new Map<string, Map<string, unknown>>();
  const timerChanges: TimerChange[] = [];
  const emitted: EmittedMessage[] = [];

  function written(store: string): Map<string, unknown> {
    let map = writes.get(store);
    if (map === undefined) {
      map = new Map();
      writes.set(store, map);
    }
    return map;
  }

  function store<V>(name: string): KeyValueStore<V> {
    return {
      get(key) {
        const pending = writes.get(name)?.get(key);
        if (pending === deleted) return undefined;
        // The store's values are of the type that its topology writes into it.
        return (pending ?? state.get(name, key)) as V | undefined;
      },
      set(key, value) {
        invariant(value !== undefined, 'a state store holds no undefined');
        written(name).set(key, value);
      },
      delete: (key) => void written(name).set(key, deleted),
    };
  }

  return {
    emitted,
    context: {
      task,
      nowMs,
      offset,
      timers: {
        set: (timer) => {
          const dueMs = Math.max(timer.dueMs, nowMs);
          timerChanges.push({ kind: 'set', timer: { ...timer, dueMs } });
        },
        cancel: ({ key, name }) => void timerChanges.push({ kind: 'cancel', key, name }),
      },
      store,
      encode: (topic: string, payload: Payload) => codec.encode(topic, payload),
      emit: (message) => void emitted.push(message),
    },
    apply() {
      for (const [name, values] of writes) {
        for (const [key, value] of values) {
          if (value === deleted) state.delete(name, key);
          else state.set(name, key, value);
        }
      }
      for (const change of timerChanges) {
        if (change.kind === 'set') state.setTimer(change.timer);
        else state.cancelTimer(change.key, change.name);
      }
    },
  };
}
