import { currencyCode, jsonObject, minorAmount, text } from '@plumbline/http';
import { minorDigitsOf, unusualCurrencies } from '@plumbline/kernel';
import { z } from 'zod';
import { minorDigitsMax } from '../../domain/payment/limits.ts';
import * as limits from '../../limits.ts';
import { problem } from './merchant-errors.ts';
import { orderTypes } from './payment-order-view.ts';

/** Of an app and of what it counts by. */
export const appId = () =>
  z.string({ error: 'must be text' }).regex(/^[A-Za-z0-9_-]{1,32}$/, {
    error: 'must be 1 to 32 of A-Z, a-z, 0-9, _ and -',
  });

export const merchantOrderId = () => text(limits.merchantOrderIdCharsMax);

export const amount = () => minorAmount({ maxMinor: limits.merchantAmountMinorMax });

/** RFC draft-ietf-httpapi-idempotency-key-header: any printable text; ours is a digest of it. */
export const keyedHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, { error: 'must be 1 to 255 printable characters' })
    .optional(),
});

export const paymentOrderRequest = z.strictObject({
  app_id: appId(),
  merchant_order_id: merchantOrderId(),
  amount: amount().describe('In minor units'),
  order_type: z.enum(orderTypes, { error: `must be one of ${orderTypes.join(', ')}` }),
  subject: text(limits.subjectCharsMax),
  currency: currencyCode(),
  extra_data: jsonObject()
    .describe(
      `At most ${limits.extraDataBytesMax} bytes as JSON, ${limits.extraDataDepthMax} levels; ` +
        'return_url, an http or https URL, is where the payer goes afterwards',
    )
    .optional(),
});

/** With the currencies that the gateways take; `null` where any with cents or less will do. */
export const paymentOrderRequestIn = (currencies: readonly string[] | null) =>
  paymentOrderRequest.extend({
    currency: paymentOrderRequest.shape.currency.meta(
      currencies === null
        ? {
            not: {
              enum: unusualCurrencies.flat().filter((code) => minorDigitsOf(code) > minorDigitsMax),
            },
          }
        : { enum: currencies },
    ),
  });

export type PaymentOrderRequest = z.output<typeof paymentOrderRequest>;

/** A merchant's own data as it is kept; `null` for none. Errors: EXTRA_DATA_TOO_LARGE. */
export function extraDataText({ extra_data: data }: PaymentOrderRequest): string | null {
  if (data === undefined || Object.keys(data).length === 0) return null;
  if (depthOf(data) > limits.extraDataDepthMax)
    throw problem('EXTRA_DATA_TOO_LARGE', undefined, { details: { param: 'extra_data' } });
  const written = canonicalJson(data);
  if (Buffer.byteLength(written) > limits.extraDataBytesMax)
    throw problem('EXTRA_DATA_TOO_LARGE', undefined, { details: { param: 'extra_data' } });
  return written;
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

/** The same for the same data, whatever the order of its keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

/** Where the payer goes afterwards; it becomes a link on the gateway's page. */
export function returnUrlOf({ extra_data: data }: PaymentOrderRequest): string | null {
  const url = data?.['return_url'];
  if (url === undefined || url === null) return null;
  const isWeb =
    typeof url === 'string' &&
    url.length <= limits.returnUrlCharsMax &&
    URL.canParse(url) &&
    /^https?:$/.test(new URL(url).protocol);
  if (isWeb) return url;
  throw problem(
    'INVALID_PARAMETER',
    `extra_data.return_url: must be an http or https URL of at most ${limits.returnUrlCharsMax} characters`,
    { details: { param: 'extra_data.return_url' } },
  );
}
