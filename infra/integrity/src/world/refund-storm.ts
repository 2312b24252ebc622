import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '@plumbline/kernel';
import type { RefundAnswer, ShownRefund } from '../checks/check-refund-answers.ts';
import { checkRefundAnswers } from '../checks/check-refund-answers.ts';
import type { Violation } from '../checks/violation.ts';
import type { Json } from './gateway-world.ts';
import type { Gateways } from './gateways.ts';
import type { MerchantAnswer } from './merchant-calls.ts';
import { callMerchantApi, decidedByMerchantApi, merchantApp } from './merchant-calls.ts';
import { paymentsIn } from './money-verdict.ts';
import type { Run } from './run.ts';

export interface RefundStorm {
  readonly requests: number;
  readonly capturedMinor: number;
  /** Answered with 202, repeats of a key counted once. */
  readonly taken: number;
  /** Answered that it is more than was paid. */
  readonly refused: number;
  /** Answers that were lost, of requests that cannot be repeated. */
  readonly lost: number;
  readonly kills: number;
}

/** Amounts are 1 to 200 minor units, 100.5 on average: about half of the requests fit. */
const amountOf = (request: number): number => 1 + ((request * 7_919) % 200);
const capturedMinorFor = (requests: number): number => requests * 50;

/** A payer may decline, and a gateway may contradict itself: then it is another order's turn. */
const ordersMax = 10;
const paidWithinMs = 60_000;

/** They come within eight seconds, so that some are answered before anybody dies, and some never. */
const comeWithinMs = 8_000;
const killEveryMs = 4_000;

/**
 * So many refunds of one payment asked for at once, every other one under an Idempotency-Key and
 * twice, while the process that decides and calls is killed twice and the gateway once. What must
 * hold of them shows when everything has settled, and is checked by {@link Run.finish}.
 */
export async function askForRefunds(
  run: Run,
  of: { readonly gateways: Gateways; readonly requests: number; readonly prefix: string },
): Promise<RefundStorm> {
  const { requests } = of;
  const capturedMinor = capturedMinorFor(requests);
  const order = await paidOrder(run, of.prefix, capturedMinor);
  const id = String(order['id']);
  const number = String(order['merchant_order_id']);
  const answers: RefundAnswer[] = [];
  const killing = killWhile(run, of.gateways);
  const asking = Array.from({ length: requests }, async (_, request) => {
    await sleep((comeWithinMs * request) / requests);
    const amount = amountOf(request);
    const body = { app_id: merchantApp, payment_order_id: id, amount };
    const call = { method: 'POST', path: '/refund-orders', body } as const;
    if (request % 2 === 0) {
      answers.push(answerOf(null, amount, await callMerchantApi(run.targets, call)));
      return;
    }
    const idempotencyKey = `${number}-${request}`;
    const twice = [0, 1].map(() => decidedByMerchantApi(run.targets, { ...call, idempotencyKey }));
    for (const answer of await Promise.all(twice))
      answers.push(answerOf(idempotencyKey, amount, answer));
  });
  await Promise.all(asking);
  const kills = await killing;
  const odd = answers.filter(({ status }) => status !== null && status !== 202 && status !== 409);
  invariant(odd.length === 0, `a refund was answered ${odd[0]?.status ?? '?'}`);
  run.later.push(() => checkStorm(run, `${merchantApp}/${number}`, answers));
  const taken = new Set(answers.flatMap(({ refundId }) => refundId ?? [])).size;
  const refused = answers.filter(({ status }) => status === 409).length;
  const lost = answers.filter(({ status }) => status === null).length;
  invariant(taken > 0 && refused > 0, `${taken} taken and ${refused} refused show nothing`);
  return { requests, capturedMinor, taken, refused, lost, kills };
}

async function paidOrder(run: Run, prefix: string, amount: number): Promise<Json> {
  for (let attempt = 1; attempt <= ordersMax; attempt += 1) {
    const number = `${prefix}${attempt}`;
    const body = {
      ...{ app_id: merchantApp, merchant_order_id: number, amount, order_type: 'payment' },
      subject: 'many plumb bobs',
    };
    const call = { method: 'POST', path: '/payment-orders', body } as const;
    await decidedByMerchantApi(run.targets, { ...call, idempotencyKey: number });
    const path = `/payment-orders/${number}?app_id=${merchantApp}`;
    const deadline = performance.now() + paidWithinMs;
    for (let status = ''; status !== 'failed' && performance.now() < deadline;) {
      const { body: order } = await decidedByMerchantApi(run.targets, { method: 'GET', path });
      status = String(order['status']);
      if (status === 'succeeded') return order;
      await sleep(200);
    }
  }
  throw new Error(`nobody pays any of ${ordersMax} orders`);
}

function answerOf(
  key: string | null,
  amountMinor: number,
  answer: MerchantAnswer | null,
): RefundAnswer {
  const status = answer === null || answer.status >= 500 ? null : answer.status;
  const refundId = status === 202 ? String(answer?.body['id']) : null;
  return { key, amountMinor, status, refundId };
}

/** While requests come and calls are under way: one instance, the gateway, the other instance. */
async function killWhile({ world }: Run, gateways: Gateways): Promise<number> {
  const second = world.platforms[1];
  await sleep(killEveryMs);
  world.platform.kill('payments', 'SIGKILL');
  await sleep(killEveryMs);
  gateways.platform.kill('gateway-simulator', 'SIGKILL');
  await sleep(killEveryMs);
  const other = second?.names.includes('payments') === true ? second : world.platform;
  await other.ready('payments');
  other.kill('payments', 'SIGKILL');
  return 3;
}

async function checkStorm(
  run: Run,
  key: string,
  answers: readonly RefundAnswer[],
): Promise<readonly Violation[]> {
  const log = (await paymentsIn(run.world)).filter((event) => event.key === key);
  const ids = [...new Set(answers.flatMap(({ refundId }) => refundId ?? []))];
  const shown: ShownRefund[] = [];
  for (const id of ids) {
    const path = `/refund-orders/${id}?app_id=${merchantApp}`;
    const { body } = await decidedByMerchantApi(run.targets, { method: 'GET', path });
    shown.push({ id, status: String(body['status']), amount: Number(body['amount']) });
  }
  return checkRefundAnswers({ log, answers, shown });
}
