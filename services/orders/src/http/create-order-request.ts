import {
  currencyBranches,
  currencyCode,
  intNumber,
  jsonSchemaOf,
  majorAmount,
  text,
} from '@plumbline/http';
import type { Purchase } from '@plumbline/events';
import { digest } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';

/** A creation as it was asked for: what the fingerprint covers. */
export interface OrderRequest {
  readonly orderNo: string | null;
  readonly items: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitAmountMinor: bigint;
  }[];
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly deadline: Deadline;
  readonly purchase: Purchase | null;
}

export type Deadline =
  | { readonly kind: 'default' }
  | { readonly kind: 'at'; readonly atMs: number }
  | { readonly kind: 'within'; readonly seconds: number };

/** RFC 3339 with a zone; what has none would mean another moment on another machine. */
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

const instant = z
  .string({ error: 'must be text such as 2026-01-01T12:00:00Z' })
  .refine((value) => instantPattern.test(value) && !Number.isNaN(Date.parse(value)), {
    error: 'must be an instant with a zone, such as 2026-01-01T12:00:00Z',
  })
  .meta({ format: 'date-time' });

const amountIn = (currency: string, minMinor: bigint) =>
  majorAmount({ currency, minMinor, maxMinor: limits.amountMinorMax });

const schemaOfAmount = (currency: string, minMinor: bigint) =>
  jsonSchemaOf(amountIn(currency, minMinor), 'input');

/** Its amounts are read once the currency, and with it the number of decimals, is known. */
const amountText = z.unknown().meta({ type: ['number', 'string'], description: 'in major units' });

const shape = z.strictObject({
  orderNo: text(limits.orderNoCharsMax).optional(),
  items: z
    .array(
      z.strictObject({
        sku: text(limits.skuCharsMax),
        quantity: intNumber({ min: 1, max: limits.quantityMax }),
        unitAmount: amountText,
      }),
      { error: 'must be a list of items' },
    )
    .min(1, 'must have at least one item')
    .max(limits.itemsMax, `must have at most ${limits.itemsMax} items`),
  amount: amountText,
  currency: currencyCode(),
  purchase: z
    .strictObject({
      buyer: z
        .string()
        .regex(/^[A-Za-z0-9_-]+$/, 'must be an opaque id of letters, digits, _ and -')
        .max(limits.buyerCharsMax, `must have at most ${limits.buyerCharsMax} characters`),
      balance: amountText,
      channel: text(limits.channelCharsMax).nullable(),
    })
    .describe(
      "Has the order's stock and payment led by a checkout; balance is what the buyer's account pays",
    )
    .optional(),
  paymentDeadline: instant.optional(),
  payWithinSeconds: intNumber({ min: 1, max: limits.paymentDeadlineSecondsMax }).optional(),
});

/** What JSON Schema can say beyond the fields; that the amounts add up is in words. */
const described = shape.meta({
  description: 'amount is the sum of quantity × unitAmount',
  ...currencyBranches((currency) => ({
    amount: schemaOfAmount(currency, 1n),
    purchase: { properties: { balance: schemaOfAmount(currency, 0n) } },
    items: { items: { properties: { unitAmount: schemaOfAmount(currency, 0n) } } },
  })),
  not: { required: ['paymentDeadline', 'payWithinSeconds'] },
});

export const orderRequest = described.transform((body, context): OrderRequest => {
  const { currency } = body;
  const amountOf = (value: unknown, path: (string | number)[], minMinor: bigint): bigint => {
    const parsed = amountIn(currency, minMinor).safeParse(value);
    if (parsed.success) return parsed.data;
    const message = parsed.error.issues[0]?.message ?? 'must be an amount';
    context.addIssue({ code: 'custom', path, message });
    return 0n;
  };
  if (body.paymentDeadline !== undefined && body.payWithinSeconds !== undefined) {
    const message = 'must not be given together with paymentDeadline';
    context.addIssue({ code: 'custom', path: ['payWithinSeconds'], message });
  }
  return {
    orderNo: body.orderNo ?? null,
    items: body.items.map(({ sku, quantity, unitAmount }, index) => ({
      ...{ sku, quantity },
      unitAmountMinor: amountOf(unitAmount, ['items', index, 'unitAmount'], 0n),
    })),
    amountMinor: amountOf(body.amount, ['amount'], 1n),
    currency,
    deadline: deadlineOf(body),
    purchase:
      body.purchase === undefined
        ? null
        : {
            buyer: body.purchase.buyer,
            balanceMinor: amountOf(body.purchase.balance, ['purchase', 'balance'], 0n),
            channel: body.purchase.channel,
          },
  };
});

function deadlineOf(body: z.output<typeof shape>): Deadline {
  if (body.paymentDeadline !== undefined) {
    return { kind: 'at', atMs: Date.parse(body.paymentDeadline) };
  }
  return body.payWithinSeconds === undefined
    ? { kind: 'default' }
    : { kind: 'within', seconds: body.payWithinSeconds };
}

export const sumMinorOf = (request: OrderRequest): bigint =>
  request.items.reduce((sum, item) => sum + BigInt(item.quantity) * item.unitAmountMinor, 0n);

/**
 * SHA-256 over what was asked for, 64 hex. The deadline goes in as it was given: a default or a
 * duration comes to another instant at each repeat. So do amounts in minor units: 9.9 is 9.90.
 */
export function fingerprintOf(request: OrderRequest): string {
  const items = request.items.flatMap(({ sku, quantity, unitAmountMinor }) => [
    sku,
    String(quantity),
    unitAmountMinor.toString(),
  ]);
  const { deadline, purchase } = request;
  const when =
    deadline.kind === 'at' ? deadline.atMs : 'seconds' in deadline ? deadline.seconds : 0;
  return digest(
    ...['order', request.currency, request.amountMinor.toString(), deadline.kind, String(when)],
    ...items,
    // Nothing where there is none: so was the fingerprint before there were purchases.
    ...(purchase === null
      ? []
      : ['purchase', purchase.buyer, purchase.balanceMinor.toString(), purchase.channel ?? '']),
  ).toString('hex');
}

/**
 * The number of an order that was given none. The same key of a client leads to the same number,
 * hence to the same aggregate, on every machine and without a table of keys.
 */
export const orderNoOfKey = (tenant: string, idempotencyKey: string): string =>
  `O${digest('order number', tenant, idempotencyKey).toString('hex').slice(0, 30).toUpperCase()}`;
