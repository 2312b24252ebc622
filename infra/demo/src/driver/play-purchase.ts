import { setTimeout as sleep } from 'node:timers/promises';
import { formatMajor, unreachable } from '@plumbline/kernel';
import { awaitForMs, payPageMs, purchaseDeadlineMs, purchasePollMs } from '../limits.ts';
import type { PlannedPurchase, PurchasePlan } from '../plan/plan-purchases.ts';
import { channelOf } from '../plan/plan-purchases.ts';
import type { Browser, ShownPurchase } from './browser.ts';
import type { HttpCalls } from './http-calls.ts';
import { succeeded, WrongAnswer } from './shop.ts';

/** What came of one purchase as far as its buyer could lead it. */
export interface PurchaseJournal {
  readonly planned: PlannedPurchase;
  /** Null when it was never taken. */
  readonly orderNo: string | null;
  /** Why it could not be led to its end; null if it was. */
  readonly problem: string | null;
  /** From the request to its end. */
  readonly tookMs: number;
}

export interface PurchaseScene {
  readonly calls: HttpCalls;
  readonly browser: Browser;
  readonly plan: PurchasePlan;
  readonly ordersUrl: string;
  /** Of goods as this run names them. */
  readonly skuOf: (goods: string) => string;
  /** For the order that the shop places for its buyer. */
  readonly orderNoOf: (purchase: PlannedPurchase) => string;
  readonly signal: AbortSignal;
}

/** Buys, does what its kind says once there is something to pay, and follows it to its end. */
export async function playPurchase(
  planned: PlannedPurchase,
  scene: PurchaseScene,
): Promise<PurchaseJournal> {
  const { browser, signal } = scene;
  const began = performance.now();
  const tookMs = () => performance.now() - began;
  let orderNo: string | null = null;
  try {
    orderNo =
      planned.kind.then === 'let it pass'
        ? await placeForBuyer(planned, scene)
        : await browser.buy(planned, scene.skuOf);
    if (planned.kind.then !== null) await act(planned.kind.then, orderNo, scene);
    await untilShown(orderNo, scene, 'an ended checkout', hasEnded);
    return { planned, orderNo, problem: null, tookMs: tookMs() };
  } catch (error) {
    signal.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    return { planned, orderNo, problem, tookMs: tookMs() };
  }
}

const hasEnded = ({ checkout }: ShownPurchase): boolean =>
  checkout === 'COMPLETED' || checkout === 'COMPENSATED';

async function act(
  what: NonNullable<PlannedPurchase['kind']['then']>,
  orderNo: string,
  scene: PurchaseScene,
): Promise<void> {
  switch (what) {
    case 'pay':
    case 'decline': {
      const { payUrl } = await untilShown(orderNo, scene, 'where to pay', canBePaid);
      await sleep(payPageMs, undefined, { signal: scene.signal });
      await press(scene.calls, payUrl ?? '', what);
      return;
    }
    case 'cancel':
      await untilShown(orderNo, scene, 'that it waits', (p) => p.status === 'WAITING_PAYMENT');
      await scene.browser.cancel(orderNo);
      return;
    case 'let it pass':
      await sleep(purchaseDeadlineMs, undefined, { signal: scene.signal });
      return;
    default:
      unreachable(what);
  }
}

const canBePaid = ({ payUrl }: ShownPurchase): boolean => payUrl !== null;

/** A button of the simulated gateway's page. */
async function press(calls: HttpCalls, url: string, button: 'pay' | 'decline'): Promise<void> {
  const { status, repeated } = await calls.call({ method: 'POST', url, form: { do: button } });
  // The attempt before may have reached it.
  if (status >= 400 && !repeated) throw new WrongAnswer(`${url} answered ${status}`);
}

async function untilShown(
  orderNo: string,
  { browser, signal }: PurchaseScene,
  what: string,
  isShown: (purchase: ShownPurchase) => boolean,
): Promise<ShownPurchase> {
  const until = performance.now() + awaitForMs;
  for (;;) {
    const purchase = await browser.purchase(orderNo);
    if (isShown(purchase)) return purchase;
    const { status, checkout } = purchase;
    if (performance.now() > until || hasEnded(purchase))
      throw new Error(`it shows ${status ?? 'nothing'}, ${checkout ?? 'nothing'}, and not ${what}`);
    await sleep(purchasePollMs, undefined, { signal });
  }
}

/**
 * A shop's page gives its buyers half an hour. So that nobody waits for it here, the order is placed
 * for the buyer where deadlines can be given; what follows, they watch as any other.
 */
async function placeForBuyer(planned: PlannedPurchase, scene: PurchaseScene): Promise<string> {
  const { calls, browser, plan, ordersUrl, skuOf } = scene;
  const { currency, items, amountMinor, balanceMinor } = planned;
  const orderNo = scene.orderNoOf(planned);
  const url = `${ordersUrl}/orders`;
  const priceOf = (name: string): bigint =>
    plan.goods.find((goods) => goods.name === name)?.unitAmountMinor ?? 0n;
  const answer = await calls.call({
    ...{ method: 'POST', url },
    body: {
      orderNo,
      items: items.map(({ goods, quantity }) => ({
        ...{ sku: skuOf(goods), quantity, unitAmount: formatMajor(priceOf(goods), currency) },
      })),
      ...{ amount: formatMajor(amountMinor, currency), currency },
      payWithinSeconds: purchaseDeadlineMs / 1_000,
      purchase: {
        buyer: browser.userId,
        balance: formatMajor(balanceMinor, currency),
        channel: channelOf[currency],
      },
    },
  });
  succeeded(answer, url);
  return orderNo;
}
