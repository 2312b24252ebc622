import type { Channel, GatewayPolicy } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import type { PaymentsConfig } from '../config.ts';
import { callbackMaxAgeMsOf, callbackSecretOf } from '../config.ts';
import type { CallableGateway } from '../worker/call-worker.ts';
import { openGatewayConnection } from './call-gateway.ts';
import { httpGateway } from './http-gateway.ts';
import { createLakalaAdapter } from './lakala/lakala-adapter.ts';
import * as limits from './limits.ts';
import { createMockAdapter } from './mock/mock-adapter.ts';
import { createPayPayAdapter } from './paypay/paypay-adapter.ts';
import { createPersonalAccounts } from './personal/personal-accounts.ts';
import type { GatewayAdapter } from './port.ts';

/** Whose payment it is, where that decides how it is led. */
export interface PolicyOf {
  /** The app of a merchant; none for payments of this installation's own. */
  readonly app?: string;
}

/** The gateways that this process is configured for, by channel. */
export interface Gateways {
  readonly callable: Readonly<Partial<Record<Channel, CallableGateway>>>;
  /** Those that report by callbacks. */
  readonly listening: Readonly<Partial<Record<Channel, { readonly adapter: GatewayAdapter }>>>;
  /** How a payment of that channel is led; `null` where it is served by hand. */
  policyOf(channel: Channel, of?: PolicyOf): GatewayPolicy | null;
  /** What a channel's gateway takes; `null` where there is none. */
  currenciesOf(channel: Channel): readonly string[] | null;
  close(): Promise<void>;
}

export function openGateways(
  config: PaymentsConfig,
  { accounts }: { readonly accounts: Pick<CommandGateway, 'execute'> },
): Gateways {
  const callable: Partial<Record<Channel, CallableGateway>> = {};
  const listening: Partial<Record<Channel, { readonly adapter: GatewayAdapter }>> = {};
  const closing: (() => Promise<void>)[] = [];
  const deadlineMs = config.PLUMBLINE_GATEWAY_CALL_SECONDS * 1_000;
  const add = (channel: Channel, adapter: GatewayAdapter, baseUrl: string, path: string): void => {
    const connection = openGatewayConnection({ baseUrl, callDeadlineMs: deadlineMs });
    closing.push(() => connection.close());
    const notifyUrl = `${config.PLUMBLINE_NOTIFY_URL.replace(/\/$/, '')}${path}`;
    callable[channel] = httpGateway({ adapter, connection, notifyUrl, deadlineMs });
    listening[channel] = { adapter };
  };
  const mockUrl = config.PLUMBLINE_MOCK_GATEWAY_URL;
  const secret = callbackSecretOf(config);
  if (mockUrl !== undefined && secret !== null) {
    const adapter = createMockAdapter({ secret, callbackMaxAgeMs: callbackMaxAgeMsOf(config) });
    add('MOCK', adapter, mockUrl, '/payments/mock-callback');
  }
  const payPayUrl = config.PLUMBLINE_PAYPAY_URL;
  if (payPayUrl !== undefined) add('PAYPAY', payPayOf(config), payPayUrl, '/gateways/paypay');
  const lakalaUrl = config.PLUMBLINE_LAKALA_URL;
  if (lakalaUrl !== undefined) add('LAKALA', lakalaOf(config), lakalaUrl, '/gateways/lakala');
  if (config.PLUMBLINE_PERSONAL_ACCOUNT !== undefined) {
    const tenant = config.PLUMBLINE_TENANT;
    callable.PERSONAL = createPersonalAccounts({ commands: accounts, tenant, deadlineMs });
  }
  return {
    ...{ callable, listening },
    policyOf: (channel, of) =>
      callable[channel] === undefined ? null : policyFor(config, channel, of),
    currenciesOf: (channel) =>
      listening[channel]?.adapter.currencies ??
      (callable[channel] === undefined ? null : limits.personalCurrencies),
    async close() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

function policyFor(config: PaymentsConfig, channel: Channel, of: PolicyOf = {}): GatewayPolicy {
  const queryMs = config.PLUMBLINE_GATEWAY_QUERY_SECONDS * 1_000;
  const policy = {
    attemptsMax: config.PLUMBLINE_GATEWAY_ATTEMPTS,
    ...{ subject: null, returnUrl: null },
  };
  if (channel === 'PERSONAL')
    return {
      ...policy,
      queryIntervalMs: Math.max(queryMs, limits.personalQueryMs),
      // Nobody but its holder can give money on a personal account back.
      refundLateSuccess: false,
      account: personalAccountOf(config, of),
    };
  const refundLateSuccess = config.PLUMBLINE_REFUND_LATE_SUCCESS;
  return { ...policy, queryIntervalMs: queryMs, refundLateSuccess, account: null };
}

/** Every personal account that this process is configured for, as `pid.aid` or `pid.aid.cid`. */
export const personalAccountsOf = (config: PaymentsConfig): readonly string[] => {
  const { PLUMBLINE_PERSONAL_ACCOUNT: usual, PLUMBLINE_PERSONAL_ACCOUNTS: own = {} } = config;
  return usual === undefined ? [] : [...new Set([usual, ...Object.values(own)])];
};

const personalAccountOf = (config: PaymentsConfig, { app }: PolicyOf): string => {
  const { PLUMBLINE_PERSONAL_ACCOUNTS: own = {} } = config;
  const ofApp = app !== undefined && Object.hasOwn(own, app) ? own[app] : undefined;
  return ofApp ?? given(config.PLUMBLINE_PERSONAL_ACCOUNT);
};

/** The configuration's own check has refused a gateway of which something is missing. */
function given(value: string | undefined): string {
  invariant(value !== undefined, 'a gateway is configured whole or not at all');
  return value;
}

const payPayOf = (config: PaymentsConfig): GatewayAdapter =>
  createPayPayAdapter({
    apiKey: given(config.PLUMBLINE_PAYPAY_API_KEY),
    apiSecret: given(config.PLUMBLINE_PAYPAY_API_SECRET),
    merchantId: given(config.PLUMBLINE_PAYPAY_MERCHANT_ID),
  });

function lakalaOf(config: PaymentsConfig): GatewayAdapter {
  const next = config.PLUMBLINE_LAKALA_NEXT_PLATFORM_SERIAL_NO;
  const nextKey = config.PLUMBLINE_LAKALA_NEXT_PLATFORM_KEY;
  return createLakalaAdapter({
    appId: given(config.PLUMBLINE_LAKALA_APP_ID),
    serialNo: given(config.PLUMBLINE_LAKALA_SERIAL_NO),
    privateKeyPem: given(config.PLUMBLINE_LAKALA_PRIVATE_KEY),
    platformKeys: [
      {
        serialNo: given(config.PLUMBLINE_LAKALA_PLATFORM_SERIAL_NO),
        pem: given(config.PLUMBLINE_LAKALA_PLATFORM_KEY),
      },
      ...(next === undefined || nextKey === undefined ? [] : [{ serialNo: next, pem: nextKey }]),
    ],
    merchantNo: given(config.PLUMBLINE_LAKALA_MERCHANT_NO),
    termNo: given(config.PLUMBLINE_LAKALA_TERM_NO),
    vposId: config.PLUMBLINE_LAKALA_VPOS_ID ?? null,
    requestIp: config.PLUMBLINE_LAKALA_REQUEST_IP,
    notFoundCodes: config.PLUMBLINE_LAKALA_NOT_FOUND_CODES?.split(',') ?? [],
    refundNotFoundCodes: config.PLUMBLINE_LAKALA_REFUND_NOT_FOUND_CODES?.split(',') ?? [],
  });
}
