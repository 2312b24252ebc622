import type { GatewayPolicy, MerchantOrder } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, digest, payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { callbackIdOf } from '@plumbline/payments';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedRules, PlannedStory } from '../plan/run-plan.ts';
import type { PaidBy, Step } from '../plan/stories.ts';
import type { Command } from './client.ts';
import { buyers, skus } from './furnish.ts';

/** Nobody in the simulation reads what a callback was before it was encrypted. */
const sealedBody = 'enc:v1:simulated:e30';

/** One order's story, and how far it is told. It outlives the process that tells it. */
export interface Telling {
  readonly key: string;
  /** Virtual epoch ms at which the next command is due; null when there is none. */
  readonly nextAtMs: () => number | null;
  /** The command that is due, the same until `done`. */
  readonly command: () => Command;
  readonly done: () => void;
}

export const orderNoOf = (index: number): string => `S${String(index).padStart(3, '0')}`;
export const keyOfStory = (index: number): string => `main/${orderNoOf(index)}`;

const usualMinor = 9_990n;

export function beginTelling(
  { index, startMs, story, personal }: PlannedStory,
  of: { readonly random: Random; readonly beganMs: number },
): Telling {
  const { random, beganMs } = of;
  const amountMinor = personal?.amountMinor ?? usualMinor;
  const key = keyOfStory(index);
  const orderNo = orderNoOf(index);
  const lifeMs = story.expires
    ? Math.floor(random.skewed(limits.deadlineMs.least, limits.deadlineMs.most))
    : limits.longLifeMs;
  const payNo = payNoOf({ atMs: beganMs + startMs, slot: slotOf(key), random: 1 + index });
  const steps = story.steps.flatMap((step) =>
    Array.from({ length: 'times' in step ? step.times : 1 }, (_, time) => ({ step, time })),
  );
  let at = 0;
  let dueMs = beganMs + startMs;
  const payByMs = dueMs + lifeMs;
  let made: Command | null = null;

  const bought = {
    lines: random.shuffle(skus).slice(0, 1 + random.int(3)),
    buyer: random.pick(buyers),
  };

  const share = (): bigint => random.pick([1n, amountMinor / 3n, amountMinor / 2n, amountMinor]);

  /** A repeat in the story is the client's own: mostly under the same id, sometimes a new one. */
  function build(step: Step, time: number): Command {
    const again = time > 0 && random.chance(0.4) ? `-again${time}` : '';
    const common = { key, subject: orderNo };
    const orders = { ...common, topic: topics.ordersCommands.name };
    const payments = { ...common, topic: topics.paymentsCommands.name };
    const id = (what: string): string => `${orderNo}-${what}${again}`;
    switch (step.do) {
      case 'create-order':
        return {
          ...orders,
          id: id('order'),
          payload: { type: 'CreateOrder', data: orderData(orderNo, payByMs, amountMinor) },
        };
      case 'purchase':
        return {
          ...orders,
          id: id('order'),
          payload: { type: 'CreateOrder', data: purchaseData(orderNo, payByMs, step.pays, bought) },
        };
      case 'push-checkout':
        return {
          ...common,
          ...{ topic: topics.checkoutCommands.name, id: id('push') },
          payload: {
            type: 'PushCheckout',
            data: { orderNo, pushId: 'push', reason: 'it takes long' },
          },
        };
      case 'cancel-order':
        return {
          ...orders,
          id: id('cancel'),
          payload: { type: 'CancelOrder', data: { orderNo, reason: 'the buyer thought better' } },
        };
      case 'create-payment': {
        const data = { payNo, orderNo, tenant: 'main', amountMinor, currency: 'CNY' };
        const lifetimeMs = limits.deadlineMs.most;
        return {
          ...payments,
          id: id(step.asked === null ? 'payment' : `payment-${step.asked}`),
          payload: {
            type: 'CreatePayment',
            data: {
              ...{ ...data, channel: step.channel, lifetimeMs },
              gateway: step.isLed ? ledPolicy(random, personal?.account ?? null) : null,
              merchant: step.asked === null ? null : merchantOrder(step.asked),
              replyTo: null,
            },
          },
        };
      }
      case 'refund': {
        // The id is the refund's; a repeat of the story under a new command id is the same refund.
        const refundId = derivedUuid(slotOf(key), 'refund', orderNo, time.toString());
        const data = { payNo, refundId, amountMinor: share(), currency: 'CNY', reason: null };
        return {
          ...payments,
          id: `${orderNo}-refund-${time}`,
          payload: { type: 'RefundPayment', data },
        };
      }
      case 'refund-order': {
        const paymentOrderId = derivedUuid(slotOf(key), 'payment-order', key);
        const refundId = derivedUuid(slotOf(key), 'refund-order', orderNo, time.toString());
        const data = { paymentOrderId, tenant: 'main', refundId, amountMinor: share() };
        return {
          ...payments,
          key: paymentOrderId,
          id: `${orderNo}-refund-order-${time}`,
          payload: { type: 'RefundPaymentOrder', data: { ...data, reason: null } },
        };
      }
      case 'close-payment':
        return {
          ...payments,
          id: id('close'),
          payload: { type: 'ClosePayment', data: { payNo, orderNo, reason: 'by hand' } },
        };
      case 'report': {
        const signed = { payNo, timestamp: '1767225600000', nonce: step.letter };
        const callbackId = callbackIdOf(signed);
        const data = { ...signed, callbackId, callbackStatus: step.status, channelTradeNo: null };
        return {
          ...payments,
          key: payNo,
          id: id(`report-${step.letter}-${step.status}`),
          payload: {
            type: 'ReportMockCallback',
            data: { ...data, rawPayload: sealedBody },
          },
        };
      }
      case 'await-deadline':
        throw new Error('waiting is no command');
    }
  }

  function moveOn(): void {
    made = null;
    const before = dueMs;
    dueMs += Math.floor(random.chance(0.5) ? random.between(0, 40) : random.skewed(20, 6_000));
    while (steps[at]?.step.do === 'await-deadline') {
      at += 1;
      dueMs = Math.max(dueMs, payByMs + Math.floor(random.between(0, 400)));
    }
    dueMs = Math.max(dueMs, before);
  }

  return {
    key,
    nextAtMs: () => (steps[at] === undefined ? null : dueMs),
    command() {
      const next = steps[at];
      if (next === undefined) throw new Error('the story is told');
      made ??= build(next.step, next.time);
      return made;
    },
    done() {
      at += 1;
      moveOn();
    },
  };
}

/** What came late into an account of a person is given back by hand. */
const ledPolicy = (random: Random, account: string | null): GatewayPolicy => ({
  attemptsMax: random.pick([1, 2]),
  queryIntervalMs: limits.queryIntervalMs,
  refundLateSuccess: account === null,
  subject: null,
  returnUrl: null,
  account,
});

const merchantOrder = (asked: string): MerchantOrder => ({
  ...{ orderType: 'PAYMENT', subject: `what ${asked} is for`, extraData: null },
  ...{ fingerprint: asked, idempotencyKey: null },
});

function orderData(orderNo: string, payByMs: number, amountMinor: bigint) {
  return {
    ...{ orderNo, tenant: 'main', amountMinor, currency: 'CNY', payBy: payByMs },
    items: [{ sku: 'sku-1', quantity: 1, unitAmountMinor: amountMinor }],
    idempotencyKey: null,
    purchase: null,
    fingerprint: digest(orderNo, payByMs.toString()).toString('hex'),
  };
}

/** By which channel the rest is paid, if any, and how much comes from the account. */
function purchaseOf(pays: PaidBy, amountMinor: bigint) {
  switch (pays) {
    case 'gateway':
      return { balanceMinor: 0n, channel: 'MOCK' };
    case 'both':
      return { balanceMinor: amountMinor / 3n, channel: 'MOCK' };
    case 'balance':
      return { balanceMinor: amountMinor, channel: null };
    case 'nothing-offered':
      return { balanceMinor: 0n, channel: 'CASH' };
  }
}

function purchaseData(
  orderNo: string,
  payByMs: number,
  pays: PaidBy,
  { lines, buyer }: { readonly lines: readonly string[]; readonly buyer: string },
) {
  const items = lines.map((sku, index) => ({
    sku,
    quantity: 1 + (index % 2),
    unitAmountMinor: 3_330n,
  }));
  const amount = items.reduce(
    (sum, item) => sum + BigInt(item.quantity) * item.unitAmountMinor,
    0n,
  );
  return {
    ...orderData(orderNo, payByMs, amount),
    ...{ items, purchase: { buyer, ...purchaseOf(pays, amount) } },
  };
}

/** The command that sets the rules of one partition. */
export function rulesCommand(
  { graceMs, areCUAndZOn, isWrong }: PlannedRules,
  of: { readonly id: string; readonly key: string },
): Command {
  const value = (name: string, ms: number) => ({ values: [{ name, value: ms }] });
  const set = [
    { rule: 'A', version: isWrong ? 99 : 1, enabled: true, graceMs },
    { rule: 'C', version: 1, enabled: areCUAndZOn, graceMs: 0 },
    { rule: 'J', version: 1, enabled: true, graceMs, ...value('processingGraceMs', graceMs) },
    {
      ...{ rule: 'K', version: 1, enabled: true, graceMs: 0 },
      values: [
        { name: 'orderGraceMs', value: 2 * graceMs },
        { name: 'callbackGraceMs', value: graceMs },
      ],
    },
    { rule: 'L', version: 1, enabled: true, graceMs: Math.floor(graceMs / 2) },
    { rule: 'M', version: 1, enabled: true, graceMs, ...value('unknownGraceMs', 700) },
    { rule: 'N', version: 1, enabled: true, graceMs: Math.floor(graceMs / 4) },
    { rule: 'P', version: 1, enabled: true, graceMs: Math.floor(graceMs / 4) },
    { rule: 'R', version: 1, enabled: true, graceMs: 2 * graceMs, ...value('excessGraceMs', 500) },
    { rule: 'V', version: 1, enabled: true, graceMs: Math.floor(graceMs / 2) },
    {
      ...{ rule: 'U', version: 1, enabled: areCUAndZOn, graceMs: 0 },
      ...value('correctionGraceMs', graceMs),
    },
    { rule: 'W', version: 1, enabled: true, graceMs },
    { rule: 'Z', version: 1, enabled: areCUAndZOn, graceMs: 0 },
  ];
  const rules = set.map((each) => ({ values: [], ...each }));
  return {
    ...of,
    topic: topics.alertsCommands.name,
    subject: 'rules',
    payload: { type: 'ActivateRules', data: { rules, reason: 'the simulation says so' } },
  };
}
