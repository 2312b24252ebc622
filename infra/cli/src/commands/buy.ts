import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { buyEveryMs, buyWaitSeconds, shopCallMs } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface BuyOptions {
  readonly item?: readonly string[];
  readonly channel: string;
  readonly balance?: string;
  readonly user?: string;
  readonly pay?: boolean;
  readonly wait: string;
  readonly json?: boolean;
}

const collected = (item: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  item,
];

export function addBuy(program: Command, run: RunCommand): void {
  program
    .command('buy')
    .description('Buy something in the shop as a browser would, and follow it to its end')
    .option(
      '--item <sku[=n]>',
      'what, and how many; may be repeated (default: what there is)',
      collected,
    )
    .option(
      '--channel <channel>',
      'by which the rest is paid; none: from the account alone',
      'PAYPAY',
    )
    .option('--balance <amount>', "what the buyer's account pays, in major units")
    .option('--user <name>', 'who buys, as the local issuer has it (default: your user name)')
    .option('--pay', 'press Pay at the simulated gateway, as the buyer would')
    .option('--wait <seconds>', 'follow it for so long', String(buyWaitSeconds))
    .option('--json', 'the purchase at its end as JSON')
    .addHelpText(
      'after',
      `\nLogs in with PLUMBLINE_ID_TOKEN, or in the local stack with a token of the local issuer.\n${examples('seed', 'buy --pay', 'buy --item TEA=2 --item CUP --balance 5 --pay')}`,
    )
    .action((options: BuyOptions) => run((session) => buy(session, options)));
}

/** Exit code 0 for a purchase that is paid and handed over, 1 for any other end or none in time. */
export async function buy(session: Session, options: BuyOptions): Promise<ExitCode> {
  const seconds = Number(options.wait);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3_600)
    throw usageFailure(`--wait is 1 to 3600 seconds, not ${options.wait}`);
  const { out } = session;
  const shop = await openShop(session, options.user);
  const items = await itemsOf(shop, options.item ?? []);
  const { purchase } = await shop.call('POST', '/api/purchases', purchaseAnswer, {
    ...items,
    ...(options.balance === undefined ? {} : { balance: options.balance }),
    ...(options.channel === 'none' ? {} : { channel: options.channel }),
  });
  const say = (line: string): void => {
    if (options.json !== true) out.line(line);
  };
  const what = items.items.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
  say(`${purchase.orderNo}: ${what} for ${String(purchase.amount)} ${purchase.currency}`);
  const last = await follow(shop, purchase.orderNo, {
    ...{ say, isPaying: options.pay === true, untilMs: performance.now() + seconds * 1_000 },
  });
  if (options.json === true) out.json(last);
  const isOver = isEnded(last);
  if (!isOver) out.note(`not over after ${seconds} s: plumbline checkout show ${last.orderNo}`);
  return isOver && last.status === 'PAID' ? 0 : 1;
}

const purchaseShape = z.object({
  orderNo: z.string(),
  status: z.string().nullable(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  reason: z.string().nullable(),
  payment: z
    .object({
      payNo: z.string().nullable(),
      status: z.string().nullable(),
      payUrl: z.string().nullable(),
    })
    .nullable(),
  checkout: z.object({ status: z.string(), refusedBecause: z.string().nullable() }).nullable(),
});
type Purchase = z.output<typeof purchaseShape>;
const purchaseAnswer = z.object({ purchase: purchaseShape });

const isEnded = ({ checkout }: Purchase): boolean =>
  checkout?.status === 'COMPLETED' || checkout?.status === 'COMPENSATED';

async function follow(
  shop: Shop,
  orderNo: string,
  how: { readonly isPaying: boolean; readonly untilMs: number; say(line: string): void },
): Promise<Purchase> {
  let before = '';
  let pressed = false;
  for (;;) {
    const { purchase } = await shop.call('GET', `/api/purchases/${orderNo}`, purchaseAnswer);
    const line = lineOf(purchase);
    if (line !== before) how.say(line);
    before = line;
    const payUrl = purchase.payment?.payUrl ?? null;
    if (how.isPaying && !pressed && payUrl !== null) {
      pressed = true;
      await pressPay(payUrl);
      how.say('  pressed Pay');
    }
    if (isEnded(purchase) || performance.now() > how.untilMs) return purchase;
    await sleep(buyEveryMs);
  }
}

function lineOf({ status, payment, checkout, reason }: Purchase): string {
  const parts = [
    `order ${status ?? 'unknown'}`,
    ...(checkout === null ? [] : [`checkout ${checkout.status}`]),
    ...(payment === null ? [] : [`payment ${payment.status ?? 'unknown'}`]),
    ...(reason === null ? [] : [reason]),
    ...(payment?.payUrl ? [`pay at ${payment.payUrl}`] : []),
  ];
  return `  ${parts.join(', ')}`;
}

/** The button of the simulated gateway's page. */
async function pressPay(url: string): Promise<void> {
  const body = new URLSearchParams({ do: 'pay' });
  const answer = await reached(url, { method: 'POST', body, redirect: 'manual' });
  if (answer.status >= 400)
    throw new CliFailure(`${url} answers ${answer.status}: --pay is for simulated gateways`);
}

interface Shop {
  call<T>(method: 'GET' | 'POST', path: string, answer: z.ZodType<T>, body?: object): Promise<T>;
}

async function openShop(session: Session, user: string | undefined): Promise<Shop> {
  const base = session.config.PLUMBLINE_BFF_URL.replace(/\/+$/, '');
  const token = session.config.PLUMBLINE_ID_TOKEN ?? (await localToken(base, user));
  // Reads show at least what was bought here: the read models follow a moment later.
  let position: string | null = null;
  return {
    async call(method, path, answer, body) {
      const response = await reached(`${base}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(position === null ? {} : { 'Plumbline-Position': position }),
          ...(body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      position = response.headers.get('Plumbline-Position') ?? position;
      if (!response.ok) throw new CliFailure(`the shop answers ${response.status}: ${text}`);
      const parsed = answer.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
      throw new CliFailure(`the shop answers otherwise than expected: ${parsed.error.message}`);
    },
  };
}

async function localToken(base: string, user: string | undefined): Promise<string> {
  const response = await reached(`${base}/local-issuer/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: user ?? userInfo().username }),
  });
  if (!response.ok)
    throw new CliFailure(`${base} has no local issuer: set PLUMBLINE_ID_TOKEN to an ID token`);
  return z.object({ idToken: z.string() }).parse(await response.json()).idToken;
}

async function reached(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(shopCallMs) });
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = why instanceof Error ? why.message : String(why);
    throw new CliFailure(`${new URL(url).origin} does not answer: ${message}`);
  }
}

const itemsAnswer = z.object({
  items: z.array(z.object({ sku: z.string(), currency: z.string(), available: z.number() })),
});

/** What was asked for, or one piece of the first item that there is. */
async function itemsOf(shop: Shop, wanted: readonly string[]) {
  const { items: offered } = await shop.call('GET', '/api/items', itemsAnswer);
  const first = offered.find(({ available }) => available > 0);
  const asked = wanted.length > 0 ? wanted : first === undefined ? [] : [first.sku];
  if (asked.length === 0) throw new CliFailure('the shop has nothing: plumbline seed fills it');
  const items = asked.map((text) => {
    const [, sku = '', count = '1'] = /^([^=]+)(?:=(\d{1,7}))?$/.exec(text) ?? [];
    if (sku === '') throw usageFailure(`--item is SKU or SKU=number, not ${text}`);
    return { sku, quantity: Number(count) };
  });
  const currency = offered.find(({ sku }) => sku === items[0]?.sku)?.currency;
  if (currency === undefined) throw usageFailure(`the shop has no ${items[0]?.sku ?? ''}`);
  return { items, currency };
}
