import type { ActiveOrderEntry } from '../active-index.ts';
import type { ActiveOrder } from '../active-order.ts';

/** One task's part of what is held. */
export interface HeldTask {
  readonly partition: number;
  /** What stands under a key of its store now; `undefined` for nothing any more. */
  changed(key: string, entry: ActiveOrderEntry | undefined): void;
  /** It goes to somebody else: what it held is forgotten, and was ended by nobody. */
  close(): void;
}

/** An order that changed, and the task that said so. */
export interface ChangedOrder {
  readonly orderId: string;
  readonly task: HeldTask;
}

/**
 * The orders that wait for money, of all tasks of this process, and which of them changed since they
 * were taken away last. 100,000 of them are 40 MB.
 */
export interface HeldOrders {
  open(partition: number): HeldTask;
  /** Of all tasks that are open. */
  partitions(): ReadonlySet<number>;
  /**
   * The order as it is to be shown. Of two attempts at one that wait at once, the one that waits
   * longer. `null`: nobody waits for it.
   */
  shown(orderId: string): ActiveOrder | null;
  all(): readonly ActiveOrder[];
  count(): number;
  /** Takes changes away, the oldest first. */
  takeChanged(limit: number): readonly ChangedOrder[];
  /** They were not told after all; those of tasks that are closed by now are nobody's. */
  putBack(changed: readonly ChangedOrder[]): void;
  changedCount(): number;
}

type Attempts = Map<string, ActiveOrderEntry>;

/** `changed` is called whenever there is something to take. Entries of other tenants are left out. */
export function createHeldOrders(options: {
  readonly tenant: string;
  readonly changed: () => void;
}): HeldOrders {
  const byOrder = new Map<string, Attempts>();
  const dirty = new Map<string, HeldTask>();
  const tasks = new Map<HeldTask, Map<string, ActiveOrderEntry>>();

  function forget(key: string, { orderId }: ActiveOrderEntry): void {
    const attempts = byOrder.get(orderId);
    attempts?.delete(key);
    if (attempts?.size === 0) byOrder.delete(orderId);
  }

  function touch(orderId: string, task: HeldTask): void {
    dirty.set(orderId, task);
    options.changed();
  }

  function put(task: HeldTask, key: string, entry: ActiveOrderEntry | undefined): void {
    const entries = tasks.get(task);
    if (entries === undefined) return;
    const before = entries.get(key);
    if (before !== undefined) {
      forget(key, before);
      entries.delete(key);
      touch(before.orderId, task);
    }
    if (entry?.tenant !== options.tenant) return;
    entries.set(key, entry);
    const attempts = byOrder.get(entry.orderId) ?? new Map<string, ActiveOrderEntry>();
    byOrder.set(entry.orderId, attempts.set(key, entry));
    touch(entry.orderId, task);
  }

  function close(task: HeldTask): void {
    for (const [key, entry] of tasks.get(task) ?? []) forget(key, entry);
    tasks.delete(task);
    for (const [orderId, by] of dirty) if (by === task) dirty.delete(orderId);
    options.changed();
  }

  const shown = (attempts: Attempts | undefined): ActiveOrder | null =>
    [...(attempts ?? [])].reduce<[string, ActiveOrderEntry] | null>(longer, null)?.[1] ?? null;

  return {
    open(partition) {
      const task: HeldTask = {
        partition,
        changed: (key, entry) => put(task, key, entry),
        close: () => close(task),
      };
      tasks.set(task, new Map());
      return task;
    },
    partitions: () => new Set([...tasks.keys()].map(({ partition }) => partition)),
    shown: (orderId) => shown(byOrder.get(orderId)),
    all: () => [...byOrder.values()].flatMap((attempts) => shown(attempts) ?? []),
    count: () => byOrder.size,
    takeChanged(limit) {
      const taken: ChangedOrder[] = [];
      for (const [orderId, task] of dirty) {
        if (taken.length === limit) break;
        taken.push({ orderId, task });
        dirty.delete(orderId);
      }
      return taken;
    },
    putBack(changed) {
      for (const { orderId, task } of changed)
        if (tasks.has(task) && !dirty.has(orderId)) dirty.set(orderId, task);
    },
    changedCount: () => dirty.size,
  };
}

/** By the end of their time, then by key: so that every process shows the same one. */
function longer(
  best: [string, ActiveOrderEntry] | null,
  each: [string, ActiveOrderEntry],
): [string, ActiveOrderEntry] {
  if (best === null) return each;
  const [key, { expiresAtMs }] = each;
  const [bestKey, { expiresAtMs: bestMs }] = best;
  if (expiresAtMs !== bestMs) return expiresAtMs > bestMs ? each : best;
  return key > bestKey ? each : best;
}
