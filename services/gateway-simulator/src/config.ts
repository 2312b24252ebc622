import {
  httpConfig,
  logConfig,
  platformConfig,
  processConfig,
  secretText,
  urlText,
  wholeNumber,
} from '@plumbline/config';
import { z } from 'zod';

const webUrl = () => urlText(['http:', 'https:']);
const shortText = () =>
  z.string().regex(/^[\w.-]{1,64}$/, 'is not 1 to 64 of letters, digits, _ . -');

/** No load balancer stands in front of it, so there is nothing to drain for. */
const { PLUMBLINE_HTTP_HOST, PLUMBLINE_HTTP_PORT } = httpConfig({ port: 8090 });

const shape = processConfig({
  PLUMBLINE_HTTP_HOST,
  PLUMBLINE_HTTP_PORT,
  ...logConfig,
  PLUMBLINE_LOCAL_STACK: platformConfig.PLUMBLINE_LOCAL_STACK,
  PLUMBLINE_SIMULATOR_JOURNAL: z
    .string()
    .optional()
    .describe(
      'File of the books, JSON lines, so that they outlive the process; unset: kept in memory only',
    ),
  PLUMBLINE_SIMULATOR_KEY_FOLDER: z
    .string()
    .default('.plumbline/gateway-simulator/keys')
    .describe('Folder of the RSA keys that are not given below; made at the first start'),
  PLUMBLINE_SIMULATOR_PUBLIC_URL: webUrl()
    .optional()
    .describe('Where payers reach the pay page, without a path; unset: the address listened on'),
  PLUMBLINE_SIMULATOR_TIME_FACTOR: wholeNumber({ min: 1, max: 100_000 })
    .default(1)
    .describe("How many times faster than in the world the gateways' callback schedules run"),
  PLUMBLINE_SIMULATOR_MOCK_SECRET: secretText()
    .default('local-callback-secret')
    .describe('Secret of the MOCK gateway, for its API and its callbacks'),
  PLUMBLINE_SIMULATOR_PAYPAY_API_KEY: secretText()
    .default('local-paypay-key')
    .describe('API key of the merchant at PayPay'),
  PLUMBLINE_SIMULATOR_PAYPAY_API_SECRET: secretText()
    .default('local-paypay-secret')
    .describe('API key secret of the merchant at PayPay'),
  PLUMBLINE_SIMULATOR_PAYPAY_MERCHANT_ID: shortText()
    .default('100000000000000001')
    .describe('Merchant id at PayPay'),
  PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL: webUrl()
    .optional()
    .describe('Where PayPay notifies the merchant; unset: nowhere, until the control API says'),
  PLUMBLINE_SIMULATOR_LAKALA_APPID: shortText()
    .default('OP00000003')
    .describe('The merchant at the Lakala open platform: its appid'),
  PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_SERIAL_NO: shortText()
    .default('00dfba8194c41b84cf')
    .describe("Serial number of the merchant's certificate at Lakala"),
  PLUMBLINE_SIMULATOR_LAKALA_SERIAL_NO: shortText()
    .default('0172f1e1a7b8c9d0e1')
    .describe("Serial number of Lakala's own certificate, in its answers"),
  PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_NO: shortText()
    .default('82229007392000A')
    .describe('Merchant number at Lakala'),
  PLUMBLINE_SIMULATOR_LAKALA_TERM_NO: shortText()
    .default('D9296400')
    .describe('Terminal number at Lakala'),
  PLUMBLINE_SIMULATOR_LAKALA_PRIVATE_KEY: secretText()
    .optional()
    .describe("Lakala's own RSA key, PEM (PKCS 8); unset: from the key folder"),
  PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_PUBLIC_KEY: z
    .string()
    .max(4_096)
    .optional()
    .describe("The merchant's RSA public key, PEM, for its requests; unset: from the key folder"),
});

/** Outside a local stack anybody who reaches a simulator could mark payments as paid. */
export const schema = shape.check(
  z.refine((config) => config.PLUMBLINE_LOCAL_STACK, {
    path: ['PLUMBLINE_LOCAL_STACK'],
    error: 'must be true: a simulator of gateways has no place outside a local stack',
  }),
);

export type SimulatorConfig = z.output<typeof schema>;
