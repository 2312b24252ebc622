import { setTimeout as sleep } from 'node:timers/promises';
import { awaitForMs, pollMs, shortDeadlineMs } from '../limits.ts';
import type { Fact, Journal } from '../model/journal.ts';
import type { PlannedOrder } from '../plan/make-plan.ts';
import type { Step } from '../plan/stories.ts';
import type { Gate } from './gate.ts';
import type { Shop } from './shop.ts';
import { WrongAnswer } from './shop.ts';

export interface Stage {
  readonly shop: Shop;
  readonly runName: string;
  readonly outage: Gate;
  readonly signal: AbortSignal;
  /** Constant in a run, so that a repeated report is one. */
  readonly timestampMs: number;
  /** Called before a story waits for time to pass, or for the outage. */
  pausing(order: PlannedOrder, until: 'deadline' | 'outage'): void;
}

export const orderNoOf = (runName: string, { index }: PlannedOrder): string =>
  `${runName}-${String(index + 1).padStart(4, '0')}`;

/** Makes happen to one order what its story says, and writes down what was answered. */
export async function playStory(order: PlannedOrder, stage: Stage): Promise<Journal> {
  const { story } = order;
  const orderNo = orderNoOf(stage.runName, order);
  const facts: Fact[] = [];
  const scene: Scene = { ...stage, order, orderNo, facts, payNo: null, placedAtMs: 0 };
  const journal = { orderNo, story: story.name, expires: story.expires, facts };
  try {
    for (const step of story.steps) await play(step, scene);
    return { ...journal, problem: null };
  } catch (error) {
    stage.signal.throwIfAborted();
    return { ...journal, problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Scene extends Stage {
  readonly order: PlannedOrder;
  readonly orderNo: string;
  readonly facts: Fact[];
  payNo: string | null;
  placedAtMs: number;
}

async function play(step: Step, scene: Scene): Promise<void> {
  const { shop, order, orderNo, facts } = scene;
  switch (step.do) {
    case 'place-order':
      for (let time = 0; time < step.times; time += 1) await shop.placeOrder(orderNo, order);
      scene.placedAtMs = performance.now();
      facts.push({ fact: 'placed' });
      return;
    case 'open-payment':
      for (let time = 0; time < step.times; time += 1) await openPayment(scene);
      return;
    case 'see-order':
      if (step.status === 'EXPIRED') await untilDeadline(scene);
      await untilSeen(scene, step.status, () => shop.orderStatus(orderNo));
      facts.push({ fact: 'order-seen', status: step.status });
      return;
    case 'see-payment': {
      const payNo = payNoOf(scene);
      await untilSeen(scene, step.status, () => shop.paymentStatus(payNo));
      return;
    }
    case 'cancel-order':
      await shop.cancelOrder(orderNo);
      facts.push({ fact: 'cancelled' });
      return;
    case 'await-outage':
      scene.pausing(order, 'outage');
      await scene.outage.passed(scene.signal);
      return;
    case 'report':
      for (let time = 0; time < step.times; time += 1) await report(step, scene);
  }
}

async function openPayment(scene: Scene): Promise<void> {
  const { payNo } = await scene.shop.openPayment(scene.orderNo, scene.order);
  // Contract 1: a repeat answers the payment that exists.
  if (scene.payNo !== null && scene.payNo !== payNo)
    throw new WrongAnswer(`a second payment ${payNo} beside ${scene.payNo}`);
  if (scene.payNo === null) scene.facts.push({ fact: 'payment-opened', payNo });
  scene.payNo = payNo;
}

async function report(step: Extract<Step, { do: 'report' }>, scene: Scene): Promise<void> {
  const { status, letter, forged } = step;
  const given = await scene.shop.report({
    payNo: payNoOf(scene),
    status,
    timestamp: String(scene.timestampMs),
    nonce: `${scene.orderNo}-${letter}`,
    forged,
  });
  scene.facts.push({ fact: 'reported', status, letter, forged, ...given });
}

function payNoOf({ payNo }: Scene): string {
  if (payNo === null) throw new Error('the story reports a payment before it opens one');
  return payNo;
}

/** Nobody need look before the deadline can have passed. */
async function untilDeadline(scene: Scene): Promise<void> {
  const { placedAtMs, signal } = scene;
  scene.pausing(scene.order, 'deadline');
  const leftMs = placedAtMs + shortDeadlineMs - performance.now();
  if (leftMs > 0) await sleep(leftMs, undefined, { signal });
}

async function untilSeen(
  { signal, orderNo }: Scene,
  wanted: string,
  look: () => Promise<string | null>,
): Promise<void> {
  const until = performance.now() + awaitForMs;
  for (;;) {
    const status = await look();
    if (status === wanted) return;
    if (performance.now() > until)
      throw new Error(`${orderNo} shows ${status ?? 'nothing'} and not ${wanted}`);
    await sleep(pollMs, undefined, { signal });
  }
}
