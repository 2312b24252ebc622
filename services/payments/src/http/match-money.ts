import { randomUUID } from 'node:crypto';
import type { Authenticated, CommandGateway, RawRequest, Route } from '@plumbline/http';
import {
  currencyBranches,
  currencyCode,
  defineRoute,
  jsonSchemaOf,
  majorAmount,
  ok,
  okSchema,
  outcomeToHttp,
  text,
  textOrWholeNumber,
} from '@plumbline/http';
import { minorDigitsOf, routingKey } from '@plumbline/kernel';
import { z } from 'zod';
import { minorDigitsMax } from '../domain/payment/limits.ts';
import type { AccountName } from '../gateways/personal/account-name.ts';
import { accountIdOf, idForm } from '../gateways/personal/account-name.ts';
import * as limits from '../limits.ts';
import { fromDatabase } from './edge.ts';
import { paymentsErrorCodes, problem } from './error-codes.ts';

/** What money on personal accounts is matched through. */
export interface MoneyEdge {
  /** Of the accounts' own commands. */
  readonly accounts: Pick<CommandGateway, 'execute'>;
  /** Whose accounts they are. */
  readonly tenant: string;
  /** Encrypts what a monitor client saw: it names people. Errors: PostgresDown. */
  readonly sealMoney: (account: Pick<AccountName, 'pid' | 'aid'>, text: string) => Promise<string>;
  /** Who may report money here: processes of this platform. */
  readonly callers: (request: RawRequest) => Authenticated;
}

/** An id of contract 0. */
const id = () =>
  textOrWholeNumber({ form: idForm, formInWords: '1 to 32 of A-Z, a-z, 0-9, _ and -' });

const priceIn = (currency: string) => {
  const unit = 10n ** BigInt(minorDigitsOf(currency));
  return majorAmount({ currency, maxMinor: (limits.majorMax + 1n) * unit - 1n });
};

const name = () => text(limits.moneyNameCharsMax);

const request = z
  .strictObject({
    pid: id().describe('The merchant'),
    aid: id().describe('The account'),
    payway: name().describe('Such as wxpay or alipay'),
    channel: name().describe('What monitor clients call the channel of the account'),
    price: z.unknown().meta({
      type: ['number', 'string'],
      description: 'What came in, in major units with at most the decimals of the currency',
    }),
    platformOrder: z
      .string({ error: 'must be text' })
      .regex(/^[\x21-\x7e]{1,64}$/, { error: 'must be 1 to 64 printable characters, no spaces' })
      .describe('The number that the platform gave the money, unique on the account'),
    rawPayload: z
      .string({ error: 'must be text' })
      .describe(`What the client saw, as it is; at most ${limits.moneyPayloadBytesMax} bytes`),
    currency: currencyCode(),
    reportedBy: name().optional().describe('The monitor client; unset: whoever asks'),
  })
  .meta(
    currencyBranches((currency) => ({ price: jsonSchemaOf(priceIn(currency), 'input') }), {
      digitsMax: minorDigitsMax,
    }),
  )
  .transform(({ price, ...body }, context) => {
    const parsed = priceIn(body.currency).safeParse(price);
    if (parsed.success) return { ...body, amountMinor: parsed.data };
    const message = parsed.error.issues[0]?.message ?? 'must be an amount';
    context.addIssue({ code: 'custom', path: ['price'], message });
    return z.NEVER;
  });

const standings = ['MATCHED', 'UNMATCHED', 'AMBIGUOUS', 'SET_ASIDE'] as const;
const results = ['MATCHED', 'DUPLICATE', 'UNMATCHED', 'AMBIGUOUS'] as const;

/** What the account answers. */
const answered = z.object({
  result: z.enum(results),
  was: z.enum(standings),
  orderNo: z.string().nullable(),
  payNo: z.string().nullable(),
  platformOrder: z.string(),
});

const answer = okSchema(
  z.strictObject({
    result: z.enum(results),
    was: z.enum(standings).describe('How the money stands now; the result, but for a repeat'),
    orderId: z.string().nullable().describe('The order that it paid'),
    payNo: z.string().nullable(),
    platformOrder: z.string(),
  }),
);

/** Contract 0's own end of the payment side: money that somebody saw on a personal account. */
export const matchMoney = (edge: MoneyEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/internal/orders/match',
    summary: 'Takes money that was seen on a personal account, and matches it to an order',
    description:
      'For processes of this platform: with the service key, or from this machine. MATCHED: its ' +
      'payment has been told. UNMATCHED, AMBIGUOUS: it is kept, for people. DUPLICATE: this ' +
      'platformOrder was reported before, and nothing changed; `was` says how it stands. Safe to ' +
      'repeat any number of times.',
    authenticate: edge.callers,
    request: { body: request, bodyBytesMax: limits.moneyReportBytesMax },
    responses: { 200: { description: 'It is kept, and what became of it', schema: answer } },
    handler: async ({ body, context }) => {
      const { pid, aid, rawPayload: seen, reportedBy = context.actor, ...money } = body;
      if (Buffer.byteLength(seen) > limits.moneyPayloadBytesMax) throw problem('BODY_TOO_LARGE');
      if (minorDigitsOf(money.currency) > minorDigitsMax) throw problem('CURRENCY_NOT_SUPPORTED');
      const rawPayload = await fromDatabase(() => edge.sealMoney({ pid, aid }, seen));
      const { tenant } = edge;
      const executed = await edge.accounts.execute({
        key: routingKey(tenant, accountIdOf({ pid, aid })),
        // Another one each time: the account knows money again by its platformOrder, for longer.
        id: randomUUID(),
        subject: money.platformOrder,
        payload: {
          type: 'ReportMoney',
          data: { tenant, pid, aid, ...money, rawPayload, reportedBy },
        },
        correlationId: context.correlationId,
        actor: context.actor,
        traceparent: context.traceparent,
      });
      return outcomeToHttp(executed, {
        decided: (json) => {
          const { orderNo, ...said } = answered.parse(json);
          const { result, was, payNo, platformOrder } = said;
          return { status: 200, body: ok({ result, was, orderId: orderNo, payNo, platformOrder }) };
        },
        codes: paymentsErrorCodes,
        pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
      });
    },
  });
