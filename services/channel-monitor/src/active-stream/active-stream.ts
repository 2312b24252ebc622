import { invariant, unreachable } from '@plumbline/kernel';
import type { Redis } from '@plumbline/redis';
import type { ActiveOrder } from '../active-order.ts';
import { fieldsOf, orderFieldNames } from '../active-order.ts';
import * as limits from './limits.ts';
import * as scripts from './scripts.ts';

/** What happened to an order. */
export type OrderChange =
  | { readonly kind: 'active'; readonly order: ActiveOrder }
  | { readonly kind: 'ended'; readonly orderId: string };

/** What came of changes. */
export interface Applied {
  /** Entries written; none for a repeat. */
  readonly added: number;
  /** Entries deleted: of orders that ended or expired, and before a change of an order's fields. */
  readonly removed: number;
  /** Whether Redis has what it had when it was healed last; {@link ActiveStream.heal} if not. */
  readonly isWhole: boolean;
}

export interface Healed {
  readonly added: number;
  readonly removed: number;
  /** Entries that were right, and were not touched. */
  readonly kept: number;
}

/**
 * Contract 0's stream in Redis: one entry for each active order.
 *
 * Errors of every call: RedisDown. Whether a call that ended so was carried out, or half of it, is
 * unknown: repeat it.
 */
export interface ActiveStream {
  /**
   * Carries out changes in their order; up to 200 are one step of Redis. An order that is active
   * again with the same fields keeps its entry; with others it gets a new one in place of the old.
   * One that has expired counts as ended. What was done already is not done again.
   */
  apply(changes: readonly OrderChange[]): Promise<Applied>;
  /** Deletes entries of orders whose time is over; `apply` does so for some. Returns how many. */
  dropExpired(): Promise<number>;
  /** Whether Redis has what it had when it was healed last: not after a flush or a restart. */
  isWhole(): Promise<boolean>;
  /**
   * Makes the stream what `readActive` says, whatever is in Redis. Entries that are right stay as
   * they are, so that consumer groups go on where they stood. Orders that changed from 60 s before
   * this began are left to `apply`, since what is read may be older than what is written; the next
   * healing sees them.
   */
  heal(readActive: () => Promise<readonly ActiveOrder[]>): Promise<Healed>;
}

export interface ActiveStreamOptions {
  /**
   * Redis 6.2 or later, not a cluster. A connection of its own, or scripts with many orders hold up
   * others.
   */
  readonly redis: Pick<Redis, 'run' | 'script'>;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Orders that changed less than this before a healing are left alone; 60 s unless given. */
  readonly healGraceMs?: number;
}

/**
 * A change is one script: entry and index never disagree, whoever is killed, and any number of
 * processes may write at once. Of two that write about one order the later one stands, so whoever
 * lets a process of before go on writing may see an order that has ended until the next healing.
 */
export function createActiveStream(options: ActiveStreamOptions): ActiveStream {
  const { redis, nowMs, healGraceMs = limits.healGraceMs } = options;
  invariant(healGraceMs <= limits.changesKeptMs, 'a grace that is longer than changes are kept');
  const run = (script: (typeof scripts)['applyScript'], args: readonly (string | number)[] = []) =>
    redis.script(script, scripts.keys, args);

  async function apply(changes: readonly OrderChange[]): Promise<Applied> {
    const all = { added: 0, removed: 0, isWhole: true };
    for (const some of inParts(changes, limits.ordersPerScript)) {
      const now = nowMs();
      const head = [now, now - limits.changesKeptMs, limits.expiredPerScript];
      const came = await run(scripts.applyScript, [...head, ...some.flatMap(argumentsOf)]);
      const [added, removed, isWhole] = came as [number, number, number];
      all.added += added;
      all.removed += removed;
      all.isWhole = isWhole === 1;
    }
    return all;
  }

  /** The stream as it stands, page by page, and the index made to agree with it. */
  async function healIndex(): Promise<number> {
    let removed = 0;
    for (let from = '-'; ;) {
      const page = await redis.run((client) =>
        client.xrange(scripts.streamKey, from, '+', 'COUNT', limits.pageEntries),
      );
      const last = page.at(-1)?.[0];
      if (last === undefined) return removed;
      const args = page.flatMap(([id, texts]) => [...orderOfEntry(texts), id]);
      removed += Number(await run(scripts.healIndexScript, args));
      from = `(${last}`;
    }
  }

  async function healDrop(active: ReadonlySet<string>, sinceMs: number): Promise<number> {
    let removed = 0;
    let cursor = '0';
    do {
      const [next, found] = await redis.run((client) =>
        client.hscan(scripts.entriesKey, cursor, 'COUNT', limits.pageEntries),
      );
      const orders = found.filter((_, at) => at % 2 === 0).filter((order) => !active.has(order));
      if (orders.length > 0)
        removed += Number(await run(scripts.healDropScript, [sinceMs, ...orders]));
      cursor = next;
    } while (cursor !== '0');
    return removed;
  }

  async function heal(readActive: () => Promise<readonly ActiveOrder[]>): Promise<Healed> {
    // Before anything is read: what changes from here on is newer than what is read.
    const sinceMs = nowMs() - healGraceMs;
    const read = await readActive();
    const healed = { added: 0, removed: await healIndex(), kept: 0 };
    const active = read.filter(({ expiresAtMs }) => expiresAtMs > nowMs());
    for (const some of inParts(active, limits.ordersPerScript)) {
      const args = [nowMs(), sinceMs, ...some.flatMap(orderArguments)];
      const [added, kept] = (await run(scripts.healPutScript, args)) as [number, number];
      healed.added += added;
      healed.kept += kept;
    }
    healed.removed += await healDrop(new Set(active.map(({ orderId }) => orderId)), sinceMs);
    await run(scripts.healedScript);
    return healed;
  }

  return {
    apply,
    async dropExpired() {
      for (let removed = 0; ;) {
        const came = await run(scripts.expireScript, [nowMs(), limits.expiredPerScript]);
        const [entries, orders] = came as [number, number];
        removed += entries;
        if (orders < limits.expiredPerScript) return removed;
      }
    },
    isWhole: async () => (await run(scripts.isWholeScript)) === 1,
    heal,
  };
}

function argumentsOf(change: OrderChange): readonly (string | number)[] {
  switch (change.kind) {
    case 'active':
      return orderArguments(change.order);
    case 'ended':
      return [change.orderId, '-'];
    default:
      return unreachable(change);
  }
}

function orderArguments(order: ActiveOrder): readonly (string | number)[] {
  invariant(order.orderId !== '', 'an order without an id');
  const fields = fieldsOf(order);
  return [
    ...[order.orderId, order.expiresAtMs],
    ...orderFieldNames.flatMap((name) => [name, fields[name]]),
  ];
}

/** The order and the expiry that an entry names; an empty order where it names none. */
function orderOfEntry(texts: readonly string[]): readonly [string, number] {
  const valueOf = (name: string): string => texts[texts.indexOf(name) + 1] ?? '';
  const expiresAtMs = Date.parse(valueOf('expiresAt'));
  const isOurs = texts[0] === 'orderId' && Number.isFinite(expiresAtMs);
  return isOurs ? [valueOf('orderId'), expiresAtMs] : ['', 0];
}

/** One empty part of nothing. */
function inParts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(all.length / size));
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}
