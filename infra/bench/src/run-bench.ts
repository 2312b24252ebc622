import type { BenchArguments } from './arguments.ts';
import { startsDefault } from './limits.ts';
import { machine } from './machine.ts';
import { measureActiveOrders } from './measure/active-orders.ts';
import { measureAlerts } from './measure/alerts.ts';
import { measureCheckouts } from './measure/checkouts.ts';
import { measureDeliveries } from './measure/deliveries.ts';
import { measureHanging } from './measure/hanging.ts';
import { measureHotSku } from './measure/hot-sku.ts';
import { measureJoin } from './measure/join.ts';
import { measureKeys } from './measure/keys.ts';
import { measureLatency } from './measure/latency.ts';
import { measureLateness } from './measure/lateness.ts';
import { measureLive } from './measure/live.ts';
import type { Measuring } from './measure/measuring.ts';
import { measureMoney } from './measure/money.ts';
import { measureOpenOrders } from './measure/open-orders.ts';
import { measurePayments } from './measure/payments.ts';
import { measurePurchases } from './measure/purchases.ts';
import { measureRebuild } from './measure/rebuild.ts';
import { measureRestore } from './measure/restore.ts';
import { measureRetries } from './measure/retries.ts';
import { measureColdStart, measureWarmStarts } from './measure/start.ts';
import { measureSubscribers } from './measure/subscribers.ts';
import { measureTakeover } from './measure/takeover.ts';
import { measureTransactions } from './measure/transactions.ts';
import { measureVerify } from './measure/verify.ts';
import { measureWaiting } from './measure/waiting.ts';
import { machineLines, medianOf, resultPrinter } from './print.ts';
import type { Result } from './save.ts';
import { savePictures, saveResults } from './save.ts';
import { openBenchLog } from './world/open-bench-log.ts';

/** Measures what was asked for, printing each result as it comes. Errors: LocalStackError. */
export async function runBench(chosen: BenchArguments, signal: AbortSignal): Promise<void> {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const measuredOn = machine();
  write(machineLines(measuredOn));
  const results: Result[] = [];
  const print = resultPrinter(write);
  const onResult = (result: Result) => {
    results.push(result);
    print(result);
  };
  const options = { report, signal, onResult };
  if (chosen.parts.has('latency')) {
    const { rates, seconds } = chosen;
    await measureLatency({ ...options, rates, seconds });
  }
  if (chosen.parts.has('payments')) {
    const { flows: rates, seconds } = chosen;
    await measurePayments({ ...options, rates, seconds });
  }
  await measureInShop(options, chosen);
  await measureNotifications(options, chosen);
  await measureAccounts(options, chosen);
  if (chosen.parts.has('start')) {
    await measureWarmStarts(options, startsDefault);
    const times = results.flatMap((r) =>
      r.part === 'start' && r.kind === 'warm' ? [r.firstPaidMs] : [],
    );
    const median = medianOf(times);
    if (median !== null)
      write(`warm start, median of ${times.length}: ${(median / 1_000).toFixed(1)} s`);
  }
  if (chosen.cold) await measureColdStart(options);
  if (onBenchLog.some((part) => chosen.parts.has(part))) await measureOnBenchLog(options, chosen);
  if (!chosen.save) return;
  write(`saved to ${await saveResults(measuredOn, chosen.command, results)}`);
  for (const file of await savePictures(results)) write(`drawn in ${file}`);
}

/** Each on a platform of its own, so that none has another's leftovers. */
async function measureInShop(options: Measuring, chosen: BenchArguments): Promise<void> {
  const { parts, checkouts: rates, seconds } = chosen;
  if (parts.has('purchases')) await measurePurchases(options);
  if (parts.has('checkouts')) await measureCheckouts({ ...options, rates, seconds });
  if (parts.has('hot-sku')) await measureHotSku(options);
  if (parts.has('live')) await measureLive(options);
}

async function measureNotifications(options: Measuring, chosen: BenchArguments): Promise<void> {
  const { parts, deliveries: rates, seconds, waiting, env } = chosen;
  const given = { ...options, env };
  if (parts.has('deliveries')) await measureDeliveries({ ...given, rates, seconds });
  if (parts.has('hanging')) await measureHanging(given);
  if (parts.has('retries')) await measureRetries({ ...given, waiting: waiting.retries });
  if (parts.has('waiting')) await measureWaiting({ ...given, waiting: waiting.waiting });
  if (parts.has('subscribers')) await measureSubscribers({ ...given, seconds });
}

async function measureAccounts(options: Measuring, chosen: BenchArguments): Promise<void> {
  const { parts, money: rates, orders: sizes, seconds, env } = chosen;
  if (parts.has('money')) await measureMoney({ ...options, env, rates, seconds });
  if (parts.has('active-orders')) await measureActiveOrders({ ...options, env, sizes });
}

/** What needs a broker and a registry, and nothing else on the machine. */
const onBenchLog = [
  ...(['join', 'alerts', 'keys', 'lateness'] as const),
  ...(['restore', 'takeover', 'transactions', 'rebuild', 'verify'] as const),
];

async function measureOnBenchLog(options: Measuring, chosen: BenchArguments): Promise<void> {
  const { report, signal } = options;
  const world = await openBenchLog({ report, signal });
  try {
    const { parts, contenders, threads, cache, env, records, keys } = chosen;
    const alertBench = { ...options, world, contenders, threads, cache, env };
    const { loads: perSecond, seconds } = chosen;
    if (parts.has('join')) await measureJoin(alertBench, { records, keys });
    if (parts.has('alerts')) {
      await measureAlerts(alertBench, { records: chosen.alertRecords, rounds: chosen.rounds });
      await measureOpenOrders(alertBench, chosen.openOrders);
    }
    if (parts.has('keys')) await measureKeys(alertBench, records, keys ? [keys] : undefined);
    if (parts.has('lateness')) await measureLateness(alertBench, { perSecond, seconds });
    if (parts.has('restore')) await measureRestore(alertBench, keys);
    if (parts.has('takeover')) await measureTakeover(alertBench, keys);
    if (parts.has('rebuild')) await measureRebuild(alertBench, { records });
    if (parts.has('verify')) await measureVerify(alertBench, { records });
    if (parts.has('transactions')) await measureTransactions({ ...options, world });
  } finally {
    await world.close();
  }
}
