import { z } from 'zod';

/** What is shown of the monitor's answers; the rest goes through `--json` as it came. */

const channelShape = z.object({
  ...{ cid: z.string(), type: z.string(), channel: z.string(), pattern: z.number() },
  ...{ payUrl: z.string().nullable(), enabled: z.boolean() },
});
export type AccountChannel = z.output<typeof channelShape>;

const settingsShape = z.object({
  ...{ offsetsMax: z.number(), offsetStep: z.number(), offsetUp: z.boolean() },
  ...{ settleSeconds: z.number(), lateSeconds: z.number() },
});
export type AccountSettings = z.output<typeof settingsShape>;

export const accountShape = z.looseObject({
  ...{ pid: z.string(), aid: z.string(), name: z.string(), status: z.string() },
  ...{ currency: z.string(), channels: z.array(channelShape), settings: settingsShape },
  ...{ activeOrders: z.number(), unmatched: z.number() },
  reason: z.string().nullish(),
});
export type ShownAccount = z.output<typeof accountShape>;

export const accountList = z.object({ accounts: z.array(accountShape) });

export const clientShape = z.looseObject({
  ...{ pid: z.string(), clientId: z.string(), name: z.string(), aids: z.array(z.string()) },
  ...{ status: z.string(), reason: z.string().nullable() },
  keys: z.array(z.looseObject({ keyId: z.string(), expiresAt: z.string().nullable() })),
});
export type ShownClient = z.output<typeof clientShape>;

export const clientList = z.object({ clients: z.array(clientShape) });

export const registeredClient = z.looseObject({
  ...{ clientId: z.string(), keyId: z.string() },
  ...{ secret: z.string().nullable(), token: z.string().nullable() },
});

export const rotatedKey = z.looseObject({
  ...{ keyId: z.string(), secret: z.string(), token: z.string() },
  overlapUntil: z.string().nullable(),
});

const moneyShape = z.looseObject({
  ...{ pid: z.string(), aid: z.string(), platformOrder: z.string(), status: z.string() },
  ...{ payway: z.string(), channel: z.string(), price: z.number(), currency: z.string() },
  ...{ why: z.string().nullable(), reason: z.string().nullable(), orderId: z.string().nullable() },
  ...{ candidates: z.array(z.string()), contradicted: z.boolean(), receivedAt: z.string() },
});
export type ShownMoney = z.output<typeof moneyShape>;

export const moneyPage = z.object({
  money: z.array(moneyShape),
  nextCursor: z.string().nullable(),
});

export const moneyStanding = z.looseObject({
  ...{ result: z.string(), platformOrder: z.string(), orderId: z.string().nullable() },
});

export const activeOrderList = z.array(
  z.looseObject({
    ...{ orderId: z.string(), pid: z.string(), aid: z.string(), cid: z.string() },
    ...{ type: z.string(), expiresAt: z.string(), pattern: z.string() },
  }),
);

export const orderAttempts = z.object({
  orderId: z.string(),
  attempts: z.array(
    z.looseObject({
      ...{ reference: z.string(), payNo: z.string(), pid: z.string(), aid: z.string() },
      ...{ cid: z.string(), type: z.string(), status: z.string(), payable: z.number() },
      ...{ currency: z.string(), platformOrder: z.string().nullable(), expiresAt: z.string() },
    }),
  ),
});
