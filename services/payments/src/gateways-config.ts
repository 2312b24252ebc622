import { flag, secretText, urlText, wholeNumber } from '@plumbline/config';
import { z } from 'zod';
import { accountNameForm } from './gateways/personal/account-name.ts';

const webUrl = () => urlText(['http:', 'https:']);
const shortText = () =>
  z.string().regex(/^[\w.-]{1,64}$/, 'is not 1 to 64 of letters, digits, _ . -');
const pem = () =>
  z
    .string()
    .max(16_384)
    .refine((text) => text.includes('-----BEGIN '), { error: 'is not PEM' });

const codes = () =>
  z.string().regex(/^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$/, 'is not codes separated by commas');

const accountName = () => z.string().regex(accountNameForm, 'is not pid.aid or pid.aid.cid');

/**
 * The gateways that this process calls. One whose URL is unset is not called: its payments are
 * served by hand, as contract 1 has it.
 */
export const gatewaysConfig = {
  PLUMBLINE_NOTIFY_URL: webUrl()
    .default('http://127.0.0.1:8083')
    .describe('Where gateways reach this edge from outside, without a path'),
  PLUMBLINE_GATEWAY_QUERY_SECONDS: wholeNumber({ min: 1, max: 3_600 })
    .default(30)
    .describe('How often a gateway is asked about a payment that nobody has paid yet'),
  PLUMBLINE_GATEWAY_CALL_SECONDS: wholeNumber({ min: 1, max: 60 })
    .default(31)
    .describe('How long one call to a gateway may take; PayPay asks for 30 s'),
  PLUMBLINE_GATEWAY_ATTEMPTS: wholeNumber({ min: 1, max: 20 })
    .default(1)
    .describe('How many attempts are made at a payment that its gateway refuses'),
  PLUMBLINE_REFUND_LATE_SUCCESS: flag()
    .default(true)
    .describe('Whether what is paid after a payment has ended unpaid goes back by itself'),
  PLUMBLINE_MOCK_GATEWAY_URL: webUrl()
    .optional()
    .describe('The MOCK gateway, as the simulator speaks it; unset: MOCK is served by hand'),
  PLUMBLINE_PAYPAY_URL: webUrl().optional().describe('PayPay; unset: PAYPAY is not offered'),
  PLUMBLINE_PAYPAY_API_KEY: secretText().optional().describe('API key of the merchant at PayPay'),
  PLUMBLINE_PAYPAY_API_SECRET: secretText()
    .optional()
    .describe('API key secret of the merchant at PayPay'),
  PLUMBLINE_PAYPAY_MERCHANT_ID: shortText().optional().describe('Merchant id at PayPay'),
  PLUMBLINE_LAKALA_URL: webUrl().optional().describe('Lakala; unset: LAKALA is not offered'),
  PLUMBLINE_LAKALA_APP_ID: shortText().optional().describe('The appid at Lakala'),
  PLUMBLINE_LAKALA_SERIAL_NO: shortText()
    .optional()
    .describe('Serial number of our certificate at Lakala'),
  PLUMBLINE_LAKALA_PRIVATE_KEY: pem()
    .meta({ secret: true })
    .optional()
    .describe('Our RSA key for Lakala, PEM (PKCS 8)'),
  PLUMBLINE_LAKALA_PLATFORM_SERIAL_NO: shortText()
    .optional()
    .describe("Serial number of Lakala's certificate"),
  PLUMBLINE_LAKALA_PLATFORM_KEY: pem()
    .optional()
    .describe("Lakala's certificate or public key, PEM"),
  PLUMBLINE_LAKALA_NEXT_PLATFORM_SERIAL_NO: shortText()
    .optional()
    .describe("Serial number of Lakala's next certificate, while it is being changed"),
  PLUMBLINE_LAKALA_NEXT_PLATFORM_KEY: pem()
    .optional()
    .describe("Lakala's next certificate or public key, PEM, while it is being changed"),
  PLUMBLINE_LAKALA_MERCHANT_NO: shortText().optional().describe('Merchant number at Lakala'),
  PLUMBLINE_LAKALA_TERM_NO: shortText().optional().describe('Terminal number at Lakala'),
  PLUMBLINE_LAKALA_VPOS_ID: shortText().optional().describe('Device at Lakala, where it gave one'),
  PLUMBLINE_LAKALA_REQUEST_IP: z
    .union([z.ipv4(), z.ipv6()])
    .default('127.0.0.1')
    .describe('Our address as the internet sees it, which refunds at Lakala must carry'),
  PLUMBLINE_LAKALA_NOT_FOUND_CODES: codes()
    .optional()
    .describe('Codes by which Lakala says that it has no such order, separated by commas'),
  PLUMBLINE_LAKALA_REFUND_NOT_FOUND_CODES: codes()
    .optional()
    .describe(
      'Codes by which its refund front says that no such refund ever came in: it is sent again',
    ),
  PLUMBLINE_PERSONAL_ACCOUNT: accountName()
    .optional()
    .describe(
      'Personal account that PERSONAL payments are paid into, as pid.aid or pid.aid.cid; unset: ' +
        'PERSONAL is not offered',
    ),
  PLUMBLINE_PERSONAL_ACCOUNTS: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}=[\w.-]+(,[A-Za-z0-9_-]{1,32}=[\w.-]+)*$/, 'is not app=pid.aid,…')
    .transform((text): unknown =>
      Object.fromEntries(text.split(',').map((pair) => pair.split('='))),
    )
    .pipe(z.record(z.string(), accountName()))
    .optional()
    .describe('The personal account of single apps, as app=pid.aid, separated by commas'),
};

/** For each gateway the variables that it needs once its URL is given, or whatever stands for that. */
const needed = {
  PLUMBLINE_MOCK_GATEWAY_URL: [],
  PLUMBLINE_PAYPAY_URL: [
    'PLUMBLINE_PAYPAY_API_KEY',
    'PLUMBLINE_PAYPAY_API_SECRET',
    'PLUMBLINE_PAYPAY_MERCHANT_ID',
  ],
  PLUMBLINE_LAKALA_URL: [
    'PLUMBLINE_LAKALA_APP_ID',
    'PLUMBLINE_LAKALA_SERIAL_NO',
    'PLUMBLINE_LAKALA_PRIVATE_KEY',
    'PLUMBLINE_LAKALA_PLATFORM_SERIAL_NO',
    'PLUMBLINE_LAKALA_PLATFORM_KEY',
    'PLUMBLINE_LAKALA_MERCHANT_NO',
    'PLUMBLINE_LAKALA_TERM_NO',
  ],
  PLUMBLINE_PERSONAL_ACCOUNTS: ['PLUMBLINE_PERSONAL_ACCOUNT'],
} as const;

/** Every variable that is missing for a gateway of which something is given. */
export function missingForGateways(
  config: Readonly<Record<string, unknown>>,
): readonly { readonly name: string; readonly because: string }[] {
  return Object.entries(needed).flatMap(([because, names]) =>
    config[because] === undefined
      ? []
      : names.filter((name) => config[name] === undefined).map((name) => ({ name, because })),
  );
}
