import type { ReceivingSettings } from '@plumbline/events';
import { intNumber, jsonSchemaOf, majorAmount, majorAmountOut } from '@plumbline/http';
import { majorAmountOutSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../domain/receiving/limits.ts';
import type { AccountView } from '../projections/receiving-queries.ts';
import { id, name } from './fields.ts';

const channelOut = z.strictObject({
  ...{ cid: z.string(), type: z.string(), channel: z.string() },
  pattern: z.number().describe('Listening mode, 0 or 1'),
  payUrl: z.string().nullable(),
  enabled: z.boolean().describe('Whether orders are still sent to it'),
});

const storedSettings = z.object({
  ...{ offsetsMax: z.number(), offsetStepMinor: z.string(), offsetUp: z.boolean() },
  ...{ settleMs: z.number(), lateMs: z.number() },
});

/** What the decider answers. */
const answered = z.object({
  account: z.object({
    ...{ pid: z.string(), aid: z.string(), name: z.string(), currency: z.string() },
    status: z.enum(['OPEN', 'PAUSED']),
    channels: z.array(channelOut),
    settings: storedSettings,
    ...{ activeOrders: z.number(), unmatched: z.number() },
  }),
});

/** An account as clients may see it, whether from the decision or from the read model. */
export type ShownAccount = Omit<
  AccountView,
  'version' | 'accountKey' | 'reason' | 'createdAtMs' | 'updatedAtMs'
>;

export const accountOfAnswer = (answer: Json): ShownAccount => answered.parse(answer).account;

export const accountSchema = z.strictObject({
  ...{ pid: z.string(), aid: z.string(), name: z.string() },
  status: z.enum(['OPEN', 'PAUSED']),
  currency: z.string(),
  channels: z.array(channelOut),
  settings: z.strictObject({
    offsetsMax: z.number().describe('Steps by which an amount may differ; 0: not at all'),
    offsetStep: majorAmountOutSchema(),
    offsetUp: z.boolean().describe('Whether the payer pays more by the steps, or less'),
    settleSeconds: z.number(),
    lateSeconds: z.number(),
  }),
  activeOrders: z.number().describe('Orders that wait for money'),
  unmatched: z.number().describe('Money that is matched to no order and was not set aside'),
});

export function accountOut(account: ShownAccount): z.output<typeof accountSchema> {
  const { pid, aid, status, currency, settings } = account;
  const { offsetsMax, offsetUp, settleMs, lateMs } = settings;
  const offsetStep = majorAmountOut(BigInt(settings.offsetStepMinor), currency);
  return {
    ...{ pid, aid, name: account.name, status, currency },
    channels: account.channels.map(({ cid, type, channel, pattern, payUrl, enabled }) => ({
      ...{ cid, type, channel, pattern, payUrl, enabled },
    })),
    settings: {
      ...{ offsetsMax, offsetStep, offsetUp },
      ...{ settleSeconds: settleMs / 1_000, lateSeconds: lateMs / 1_000 },
    },
    ...{ activeOrders: account.activeOrders, unmatched: account.unmatched },
  };
}

const channelRequest = z
  .strictObject({
    ...{ cid: id(), type: name(), channel: name() },
    pattern: z
      .union([intNumber({ min: 0, max: 1 }), z.literal(['0', '1']).transform(Number)])
      .optional(),
    payUrl: z.string().min(1, 'must not be empty').max(limits.payUrlCharsMax).nullable().optional(),
    enabled: z.boolean().optional(),
  })
  .transform(({ pattern = 0, payUrl = null, enabled = true, ...rest }) => ({
    ...{ ...rest, pattern, payUrl, enabled },
  }));

export const channelsRequest = () =>
  z.array(channelRequest).min(1, 'must have one at least').max(limits.channelsMax);

const maxMinor = limits.offsetStepMinorMax;
const seconds = (maxMs: number) => intNumber({ min: 0, max: maxMs / 1_000 }).optional();

export const settingsRequest = () =>
  z
    .strictObject({
      offsetsMax: intNumber({ min: 0, max: limits.offsetsMax }).optional(),
      offsetStep: z
        .unknown()
        .meta(jsonSchemaOf(majorAmount({ currency: 'CNY', maxMinor }), 'input')),
      offsetUp: z.boolean().optional(),
      settleSeconds: seconds(limits.settleMs.max),
      lateSeconds: seconds(limits.lateMs.max),
    })
    .partial({ offsetStep: true })
    .optional();

/** Settings with what was left out, in minor units of the currency; else what is wrong with the step. */
export function settingsOf(
  given: z.output<ReturnType<typeof settingsRequest>>,
  currency: string,
): ReceivingSettings | string {
  const { offsetsMax = 0, offsetStep, offsetUp = true, settleSeconds, lateSeconds } = given ?? {};
  const step = majorAmount({ currency, maxMinor }).safeParse(offsetStep);
  const isGiven = offsetStep !== undefined;
  if (isGiven && !step.success) return step.error.issues[0]?.message ?? 'must be an amount';
  return {
    ...{ offsetsMax, offsetUp, offsetStepMinor: isGiven && step.success ? step.data : 1n },
    settleMs: settleSeconds === undefined ? limits.settleMs.default : settleSeconds * 1_000,
    lateMs: lateSeconds === undefined ? limits.lateMs.default : lateSeconds * 1_000,
  };
}
