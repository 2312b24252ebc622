import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleSet } from '../alert-log/activation.ts';
import { activationOf, rulesOf } from '../alert-log/activation.ts';
import { writeOpenOrders } from '../alert-log/open-orders.ts';
import { isMark, writeMarks } from '../alert-log/write.ts';
import type { Held, PerOrder } from '../alerts/per-order.ts';
import { perOrderOf } from '../alerts/per-order.ts';
import type { SeenAlert } from '../alerts/watch-alerts.ts';
import { watchAlerts } from '../alerts/watch-alerts.ts';
import type { RunningContender } from '../contenders/contender.ts';
import { plumbline, stateFolderOf } from '../contenders/plumbline.ts';
import { graceMs, openOrdersAtOnce, partitions, pauseMs, smallOpenOrders } from '../limits.ts';
import { diskBytesOf, inspectable, memoryOf } from '../world/inspect-memory.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { writerOf } from './alert-bench.ts';

export interface OpenOrdersResult extends Held {
  readonly part: 'alerts, open orders';
  readonly rules: RuleSet;
  /** Where the state is: copies in a folder, as `npm start` has them, or memory only. */
  readonly state: 'local copies' | 'memory only';
  /** Since the size before; null of none. */
  readonly perOrder: PerOrder | null;
}

type Variant = Pick<OpenOrdersResult, 'rules' | 'state'>;

const variants: readonly Variant[] = [
  { rules: 'all rules', state: 'local copies' },
  { rules: 'A–C only', state: 'local copies' },
  { rules: 'all rules', state: 'memory only' },
];

/**
 * What one process holds while ever more orders wait for their payments at a gateway, each with its
 * order, its payment and, with all rules on, what rule M watches of it. The first variant at every
 * size, the others at the small ones.
 */
export async function measureOpenOrders(
  options: AlertBenchOptions,
  sizes: readonly number[],
): Promise<void> {
  const ascending = [...new Set(sizes)].sort((a, b) => a - b);
  const small = ascending.filter((size) => size <= smallOpenOrders);
  for (const [at, variant] of variants.entries()) {
    const these = at === 0 ? ascending : small;
    if (these.length === 0) continue;
    await sleep(pauseMs, undefined, { signal: options.signal });
    await measureVariant(options, variant, these);
  }
}

async function measureVariant(
  options: AlertBenchOptions,
  variant: Variant,
  sizes: readonly number[],
): Promise<void> {
  const { world, report, env } = options;
  const { stack, home } = world;
  await world.renew('everything');
  const writer = writerOf(options, 'open');
  const { codec, shelf } = writer;
  const rules = rulesOf(variant.rules, graceMs);
  await writer.producer.transact(activationOf({ codec, shelf, rules }));
  const inMemory = variant.state === 'memory only';
  const inspected = { ...env, ...inspectable };
  const contender = plumbline({ stack, home, inMemory, env: inspected, report });
  const running = await contender.start();
  const folder = stateFolderOf(home, 0);
  try {
    await running.ready();
    let written = 0;
    let marks = 0;
    const growTo = async (orders: number): Promise<void> => {
      while (written < orders) {
        const next = Math.min(orders, written + openOrdersAtOnce);
        await writeOpenOrders(writer, { from: written, to: next });
        written = next;
        await taken();
      }
    };
    const taken = async (): Promise<void> => {
      marks += 1;
      await writeMarks(writer, `open-${marks}`, 0);
      await untilMarked(options, running, marks * partitions);
    };
    // Without an order as well: what it compiles and holds by itself is there then.
    await taken();
    let before: Held | null = null;
    for (const orders of [0, ...sizes]) {
      report(`${variant.rules}, ${variant.state}: ${orders} open orders`);
      await growTo(orders);
      const held = await heldBy(running, { orders, folder: inMemory ? null : folder });
      const perOrder = before === null ? null : perOrderOf(before, held);
      options.onResult({ part: 'alerts, open orders', ...variant, ...held, perOrder });
      before = held;
    }
  } finally {
    await running.stop();
  }
}

/** Each mark is an order of its own, which has an alert. */
async function untilMarked(
  { world, signal }: AlertBenchOptions,
  running: RunningContender,
  marks: number,
): Promise<void> {
  const isOver = (seen: readonly SeenAlert[]): boolean => {
    const keys = seen.map(({ record }) => record.key).filter(isMark);
    return new Set(keys.map(String)).size === marks;
  };
  await watchAlerts({ log: world.log(), signal, of: running, isOver });
}

async function heldBy(
  running: RunningContender,
  of: { readonly orders: number; readonly folder: string | null },
): Promise<Held> {
  const { heapUsed, external, rss } = await memoryOf(running.logFile);
  return {
    ...{ orders: of.orders, heapBytes: heapUsed, externalBytes: external, rssBytes: rss },
    diskBytes: of.folder === null ? 0 : await diskBytesOf(of.folder),
  };
}
