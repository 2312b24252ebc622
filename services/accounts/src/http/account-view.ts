import { majorAmountOut, majorAmountOutSchema, okSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import type { HoldStatus } from '../domain/account/state.ts';

export const holdStatuses = [
  'OPEN',
  'CAPTURED',
  'RELEASED',
  'EXPIRED',
  'BARRED',
] as const satisfies readonly HoldStatus[];

/** An account as clients may see it, whether from the decision or from the read model. */
export interface AccountView {
  readonly account: string;
  /** By currency. */
  readonly balances: readonly BalanceView[];
}

export interface BalanceView {
  readonly currency: string;
  readonly balanceMinor: bigint;
  readonly heldMinor: bigint;
}

export interface HoldView {
  readonly holdId: string;
  readonly status: HoldStatus;
  /** Both `null` of one that was given back before it was made. */
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  /** `null` of one that has ended. */
  readonly expireAtMs: number | null;
}

/** What the decider answers: amounts as text of minor units. */
const minor = z.string().transform(BigInt);
const answered = z
  .object({
    account: z.string(),
    balances: z.array(z.object({ currency: z.string(), balanceMinor: minor, heldMinor: minor })),
    hold: z
      .object({
        holdId: z.string(),
        status: z.enum(holdStatuses),
        amountMinor: minor.nullable(),
        currency: z.string().nullable(),
        expireAtMs: z.number().nullable(),
      })
      .nullable(),
  })
  .nullable();

export interface AnsweredAccount extends AccountView {
  readonly hold: HoldView | null;
}

/** `null` where there is no account. */
export const accountOfAnswer = (answer: Json): AnsweredAccount | null => answered.parse(answer);

/** The account in an answer: amounts in major units, by currency. */
export const accountOut = ({ account, balances }: AccountView) => ({
  account,
  balances: [...balances]
    .sort((one, other) => (one.currency < other.currency ? -1 : 1))
    .map(({ currency, balanceMinor, heldMinor }) => ({
      currency,
      balance: majorAmountOut(balanceMinor, currency),
      held: majorAmountOut(heldMinor, currency),
      available: majorAmountOut(balanceMinor - heldMinor, currency),
    })),
});

export const holdOut = ({ holdId, status, amountMinor, currency, expireAtMs }: HoldView) => ({
  ...{ holdId, status, currency },
  amount: amountMinor === null || currency === null ? null : majorAmountOut(amountMinor, currency),
  expiresAt: expireAtMs === null ? null : new Date(expireAtMs).toISOString(),
});

export const accountSchema = z.strictObject({
  account: z.string(),
  balances: z
    .array(
      z.strictObject({
        currency: z.string(),
        balance: majorAmountOutSchema(),
        held: majorAmountOutSchema(),
        available: majorAmountOutSchema(),
      }),
    )
    .describe('By currency; balance is held and available together'),
});

export const holdSchema = z.strictObject({
  holdId: z.string(),
  status: z.enum(holdStatuses),
  currency: z.string().nullable(),
  amount: majorAmountOutSchema()
    .nullable()
    .describe('null of one that was given back before it was made'),
  expiresAt: z.string().nullable().describe('RFC 3339, UTC; null of one that has ended'),
});

export const accountAnswer = okSchema(accountSchema);

export const decidedHold = okSchema(z.strictObject({ account: accountSchema, hold: holdSchema }));
