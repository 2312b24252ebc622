import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformProcess } from '@plumbline/local';
import type { Projection } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import { silentLogger } from '@plumbline/observability';
import { accountsProjection } from '@plumbline/accounts';
import { monitorsProjection, receivingProjection } from '@plumbline/channel-monitor';
import { inventoryProjection } from '@plumbline/inventory';
import { ordersProjection } from '@plumbline/orders';
import { paymentsProjection, refusedCallbacksProjection } from '@plumbline/payments';
import { projections as queriesProjections } from '@plumbline/queries';
import { allTopics, topics } from '@plumbline/events';
import type { DemoArguments } from './arguments.ts';
import type { Difference, Found } from './compare/compare.ts';
import { compare } from './compare/compare.ts';
import type { MonitoredResult } from './compare/compare-monitored.ts';
import { compareMonitored, withPlantedMoney } from './compare/compare-monitored.ts';
import type { PurchasesResult } from './compare/compare-purchases.ts';
import { comparePurchases } from './compare/compare-purchases.ts';
import type { ToldResult } from './compare/compare-told.ts';
import { compareTold, isTold } from './compare/compare-told.ts';
import type { DemoConfig } from './config.ts';
import type { Told } from './driver/be-told.ts';
import { beTold } from './driver/be-told.ts';
import { drive } from './driver/drive.ts';
import type { Shopping } from './driver/go-shopping.ts';
import { goShopping } from './driver/go-shopping.ts';
import type { HttpCalls } from './driver/http-calls.ts';
import { createHttpCalls } from './driver/http-calls.ts';
import type { Merchant } from './driver/merchant.ts';
import { openMerchant } from './driver/merchant.ts';
import type { MonitoredRun } from './driver/play-monitored.ts';
import { playMonitored } from './driver/play-monitored.ts';
import type { Shop } from './driver/shop.ts';
import { createShop } from './driver/shop.ts';
import { createWatchedAccount } from './driver/watched-account.ts';
import type { ReadModelCheck } from './found/check-read-models.ts';
import { checkReadModel } from './found/check-read-models.ts';
import { readShownAlerts } from './found/read-shown-alerts.ts';
import { watchOrders } from './found/watch-orders.ts';
import { graceDefaultMs, graceMs, settleForMs } from './limits.ts';
import { alertsFrom, setGrace } from './log/alerts-log.ts';
import type { LogAccess, Place } from './log/open-log-access.ts';
import { endsOf, openLogAccess, readFrom } from './log/open-log-access.ts';
import type { Expected } from './model/expect.ts';
import { expectationOf } from './model/expect.ts';
import { expectedShop, withPlantedPiece } from './model/expect-purchases.ts';
import { makePlan } from './plan/make-plan.ts';
import type { PurchasePlan } from './plan/plan-purchases.ts';
import { planPurchases } from './plan/plan-purchases.ts';
import type { Progress } from './print/progress.ts';
import type { DemoResult } from './print/summary.ts';
import type { OpenStage } from './stage/open-stage.ts';

const coreProjections: readonly Projection[] = [
  ordersProjection,
  paymentsProjection,
  refusedCallbacksProjection,
  ...queriesProjections,
];
const shopProjections: readonly Projection[] = [
  ...[inventoryProjection, accountsProjection],
  ...[receivingProjection, monitorsProjection],
];

const deadLetterTopics = allTopics
  .filter(({ kind }) => kind === 'dead-letters')
  .map(({ name }) => name);

export interface RunOptions {
  readonly stage: OpenStage;
  readonly arguments: DemoArguments;
  readonly config: DemoConfig;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** One run against a stage that is ready. */
export async function runDemo(options: RunOptions): Promise<DemoResult> {
  const begin = performance.now();
  const { stage, config, signal } = options;
  const access = await openLogAccess(stage.addresses);
  const calls = createHttpCalls(signal);
  // Of a local stack alone: other servers send nothing to this machine.
  const merchant = stage.hasShop ? await openMerchant() : null;
  try {
    const shop = createShop({
      calls,
      ordersUrl: stage.platform.url('orders'),
      paymentsUrl: stage.platform.url('payments'),
      secret: config.PLUMBLINE_CALLBACK_SECRET,
    });
    const from = await endsOf(access.log, [topics.alertsEvents.name, ...deadLetterTopics]);
    const prefix = prefixOf(options);
    const told = merchant === null ? null : await registerAt(merchant, { stage, calls, signal });
    const run = { ...options, access, calls, shop, from, prefix, told };
    const shopping = stage.hasShop ? startShopping(run) : null;
    const monitored = stage.hasShop ? startMonitored(run) : null;
    const expected = await act(run, { shopping, monitored });
    const ends = await monitoredEnds(run, monitored);
    const statuses = await settle(run, expected);
    const listened = await untilTold(run, expected);
    const readModels = await checkReadModels(run);
    const all = await collect(run, { statuses, bought: await numbersOf(shopping), monitored });
    const { found, aboutAccount } = all;
    const comparison = compare(expected, found);
    const paidIn = await judgeMonitored(run, monitored, { statuses: ends, alerts: aboutAccount });
    const purchases = await judge(run, shopping, found);
    const differences = [
      ...comparison.differences,
      ...(purchases?.differences ?? []),
      ...(listened?.differences ?? []),
      ...(paidIn?.differences ?? []),
      ...readModels.flatMap(differencesOfReadModel),
    ];
    return {
      seed: options.arguments.seed,
      orders: expected.length,
      asExpected: differences.length === 0,
      comparison: { ...comparison, differences },
      ...{ purchases, told: listened, monitored: paidIn, readModels },
      answeredCalls: calls.counts.answered,
      repeatedCalls: calls.counts.repeated,
      elapsedMs: performance.now() - begin,
      exampleOrderNo: expected.find(({ alerts }) => alerts.A.raised > 0)?.orderNo ?? null,
    };
  } finally {
    await merchant?.close();
    await calls.close();
    await access.close();
  }
}

/** The log keeps the orders of earlier runs for ever. At most 25 of the 32 characters. */
const prefixOf = ({ arguments: { seed } }: RunOptions): string =>
  `demo-${seed}-${Date.now().toString(36)}`;

interface Run extends RunOptions {
  readonly access: LogAccess;
  readonly calls: HttpCalls;
  readonly shop: Shop;
  readonly told: Listening | null;
  /** Begins every order number of this run, and of no other. */
  readonly prefix: string;
  /** Where the alerts and the dead letters ended before the run. */
  readonly from: readonly Place[];
}

interface Listening extends Told {
  readonly merchant: Merchant;
}

async function registerAt(
  merchant: Merchant,
  { stage, calls, signal }: Pick<Run, 'stage' | 'calls' | 'signal'>,
): Promise<Listening> {
  const url = stage.platform.url('notifications');
  return { merchant, ...(await beTold({ calls, url, merchant, signal })) };
}

/** Waits until the merchant was told of every payment, and takes its endpoints away again. */
async function untilTold(run: Run, expected: readonly Expected[]): Promise<ToldResult | null> {
  const { told, prefix, config, progress } = run;
  if (told === null) return null;
  const { deliveries } = told.merchant;
  await progress.during(
    'Waiting until the merchant was told of every payment',
    () => `${deliveries.length} requests came`,
    told.untilDelivered(() => isTold(expected, deliveries)),
  );
  await told.remove();
  return compareTold({
    expected: config.PLUMBLINE_DEMO_PLANTED_NOTIFICATION ? withPlantedPayment(expected) : expected,
    ...{ deliveries, isOwn: (orderNo) => orderNo.startsWith(`${prefix}-`) },
  });
}

/** A payment that nobody made, and of which nobody can be told. */
const withPlantedPayment = (expected: readonly Expected[]): readonly Expected[] =>
  expected
    .slice(0, 1)
    .map((first): Expected => ({
      ...{ ...first, orderNo: `${first.orderNo}-planted`, payment: 'SUCCESS' },
    }))
    .concat(expected);

interface PlannedShopping extends Shopping {
  readonly plan: PurchasePlan;
}

function startShopping(run: Run): PlannedShopping {
  const { stage, calls, prefix, signal } = run;
  const { seed, orders } = run.arguments;
  const plan = planPurchases({ seed, orders });
  const url = (name: 'bff' | 'orders' | 'inventory' | 'accounts') => stage.platform.url(name);
  const urls = {
    ...{ bff: url('bff'), orders: url('orders') },
    ...{ inventory: url('inventory'), accounts: url('accounts') },
  };
  return { plan, ...goShopping({ calls, plan, runName: prefix, urls, signal }) };
}

/** An account of this run's own; its orders begin as no others do. */
function startMonitored({ stage, calls, prefix, signal }: Run): MonitoredRun {
  const runName = prefix.replace('demo', 'acct');
  const url = (name: 'orders' | 'payments' | 'channel-monitor') => stage.platform.url(name);
  const urls = {
    ...{ orders: url('orders'), payments: url('payments') },
    'channel-monitor': url('channel-monitor'),
  };
  return playMonitored(createWatchedAccount({ calls, urls, aid: runName, signal }), { runName });
}

/** How the orders that were paid into the account stand, once each shows what it must. */
async function monitoredEnds(
  { shop, signal, progress }: Run,
  monitored: MonitoredRun | null,
): Promise<ReadonlyMap<string, string>> {
  const expected = ((await monitored?.over) ?? []).flatMap(({ story, orderNos }) =>
    orderNos.map((orderNo, at) => ({ orderNo, status: story.statuses[at] ?? '' })),
  );
  let waiting = expected.length;
  const onRound = (left: number): void => void (waiting = left);
  return progress.during(
    'Asking for the orders that were paid into a personal account',
    () => `${waiting} do not show it yet`,
    watchOrders({ expected, shop, signal, timeoutMs: settleForMs, onRound }),
  );
}

async function judgeMonitored(
  { config }: Run,
  monitored: MonitoredRun | null,
  found: { readonly statuses: ReadonlyMap<string, string>; readonly alerts: Found['alerts'] },
): Promise<MonitoredResult | null> {
  if (monitored === null) return null;
  const over = await monitored.over;
  const journals = config.PLUMBLINE_DEMO_PLANTED_MONEY ? withPlantedMoney(over) : over;
  return compareMonitored({ journals, ...found });
}

async function numbersOf(shopping: Shopping | null): Promise<ReadonlySet<string>> {
  const journals = (await shopping?.over) ?? [];
  return new Set(journals.flatMap(({ orderNo }) => orderNo ?? []));
}

/** What became of the purchases. Null where nothing was bought. */
async function judge(
  { config }: Run,
  shopping: PlannedShopping | null,
  { alerts }: Found,
): Promise<PurchasesResult | null> {
  if (shopping === null) return null;
  const expected = expectedShop(shopping.plan);
  return comparePurchases({
    expected: config.PLUMBLINE_DEMO_PLANTED_PIECE ? withPlantedPiece(expected) : expected,
    ...{ journals: await shopping.over, found: await shopping.found() },
    alertsAbout: alerts.map(({ orderNo }) => orderNo),
  });
}

const grace = (run: Run, ofRuleA: number, reason: string): Promise<void> =>
  setGrace(run.access, { graceMs: ofRuleA, reason, timeoutMs: settleForMs });

/** Does everything, and says what must follow. */
async function act(
  run: Run,
  beside: { readonly shopping: PlannedShopping | null; readonly monitored: MonitoredRun | null },
): Promise<readonly Expected[]> {
  const { shopping, monitored } = beside;
  const orders = run.stage.platform.process('orders');
  const { seed, orders: count } = run.arguments;
  const { journals, outage } = await drive({
    ...{ plan: makePlan({ seed, orders: count }), runName: run.prefix },
    alongside: {
      over: Promise.all([shopping?.over, monitored?.over]),
      state: () =>
        shopping === null
          ? ''
          : `, ${shopping.ended()} of ${shopping.plan.purchases.length} purchases over`,
    },
    ...{ shop: run.shop, progress: run.progress, signal: run.signal },
    beginOutage: async () => {
      orders.setAutoRestart(false);
      orders.kill();
      // Only when it answers no more is it certain that it decides no more.
      await untilGone(orders, run.signal);
      await grace(run, graceMs, 'the demonstration waits for nothing longer than this');
    },
    restoreGrace: () => grace(run, graceDefaultMs, 'the demonstration gives the grace back'),
    endOutage: async () => {
      await orders.restart();
      orders.setAutoRestart(true);
    },
  });
  const expected = journals.map((journal) => expectationOf(journal, outage));
  return run.config.PLUMBLINE_DEMO_PLANTED_ALERT ? withPlantedAlert(expected) : expected;
}

async function untilGone(process: PlatformProcess, signal: AbortSignal): Promise<void> {
  while (process.pid() !== null) await sleep(20, undefined, { signal });
}

/** An alert that nothing gives cause for: a demo that cannot fail shows nothing. */
function withPlantedAlert(expected: readonly Expected[]): readonly Expected[] {
  const [first, ...rest] = expected;
  if (first === undefined) return expected;
  const { raised, resolved } = first.alerts.B;
  const alerts = { ...first.alerts, B: { raised: raised + 1, resolved } };
  return [{ ...first, alerts }, ...rest];
}

/** Waits until every order shows what it must, and the alert tasks have judged all of it. */
async function settle(
  run: Run,
  expected: readonly Expected[],
): Promise<ReadonlyMap<string, string>> {
  let waiting = expected.length;
  const statuses = await run.progress.during(
    'Asking for every order until it shows what it must',
    () => `${waiting} orders do not yet`,
    watchOrders({
      ...{ expected, shop: run.shop, signal: run.signal, timeoutMs: settleForMs },
      onRound: (left) => (waiting = left),
    }),
  );
  // Every event is in the log by now. What the tasks answer to a later record, they have judged.
  await grace(run, graceDefaultMs, 'the demonstration is over');
  return statuses;
}

async function collect(
  run: Run,
  of: {
    readonly statuses: Found['statuses'];
    readonly bought: ReadonlySet<string>;
    readonly monitored: MonitoredRun | null;
  },
): Promise<{ readonly found: Found; readonly aboutAccount: Found['alerts'] }> {
  // In a folder of its own there is nothing but this run, and whatever else is said is wrong.
  const { once } = run.arguments;
  const isPaidIn = ({ orderNo }: { readonly orderNo: string }) =>
    of.monitored?.isOwn(orderNo) ?? false;
  const ofThisRun = (alert: { readonly orderNo: string }) =>
    !isPaidIn(alert) &&
    (once || alert.orderNo.startsWith(`${run.prefix}-`) || of.bought.has(alert.orderNo));
  const letters = run.from.filter(({ topic }) => deadLetterTopics.includes(topic));
  const [alerts, alertsShown, deadLetters] = await Promise.all([
    alertsFrom(run.access, run.from),
    readShownAlerts(run.calls, run.stage.platform.url('queries')),
    readFrom(run.access.log, letters),
  ]);
  const found = {
    statuses: of.statuses,
    alerts: alerts.filter(ofThisRun),
    alertsShown: alertsShown.filter(ofThisRun),
    deadLetters: deadLetters.length,
  };
  return { found, aboutAccount: alerts.filter(isPaidIn) };
}

async function checkReadModels(run: Run): Promise<readonly ReadModelCheck[]> {
  const postgres = openPostgres({
    url: run.stage.addresses.postgresUrl,
    applicationName: 'plumbline-demo',
    logger: silentLogger,
  });
  const { access, signal } = run;
  const projections = [...coreProjections, ...(run.stage.hasShop ? shopProjections : [])];
  let checked = 0;
  try {
    return await run.progress.during(
      'Building every read model again from the log, to compare',
      () => `${checked} of ${projections.length} compared`,
      (async () => {
        const checks: ReadModelCheck[] = [];
        for (const projection of projections) {
          const timeoutMs = settleForMs;
          checks.push(await checkReadModel({ projection, access, postgres, timeoutMs, signal }));
          checked += 1;
        }
        return checks;
      })(),
    );
  } finally {
    await postgres.close();
  }
}

const differencesOfReadModel = ({ name, differences, equal }: ReadModelCheck): Difference[] =>
  (equal ? [] : differences.length === 0 ? ['something else'] : differences).map((found) => ({
    ...{ orderNo: null, story: null, what: `read model ${name}` },
    ...{ expected: 'what the log says', found },
  }));
