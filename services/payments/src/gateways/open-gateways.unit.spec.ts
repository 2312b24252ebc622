import { ConfigError, parseConfig } from '@plumbline/config';
import { describe, expect, it } from 'vitest';
import { schema } from '../config.ts';
import { openGateways, personalAccountsOf } from './open-gateways.ts';

const unasked = { execute: () => Promise.reject(new Error('nobody asks an account here')) };
const gatewaysWith = (env: Readonly<Record<string, string>>) => {
  const config = parseConfig(schema, env);
  return { config, gateways: openGateways(config, { accounts: unasked }) };
};

const personal = {
  PLUMBLINE_PERSONAL_ACCOUNT: '1000.1',
  PLUMBLINE_PERSONAL_ACCOUNTS: 'demo_app=2000.1.wx,other=3000.2',
};

describe('the channel PERSONAL', () => {
  it('is offered where an account is named, and else by nobody', async () => {
    const { gateways: none } = gatewaysWith({});
    expect(none.policyOf('PERSONAL')).toBeNull();
    expect(none.currenciesOf('PERSONAL')).toBeNull();
    const { gateways } = gatewaysWith(personal);
    expect(Object.keys(gateways.callable)).toEqual(['PERSONAL']);
    expect(gateways.currenciesOf('PERSONAL')).toEqual(['CNY']);
    expect(gateways.listening).toEqual({});
    await gateways.close();
  });

  it('leads a payment into the account of its app, or the usual one', () => {
    const { gateways, config } = gatewaysWith(personal);
    const accountOf = (app?: string) =>
      gateways.policyOf('PERSONAL', app === undefined ? {} : { app })?.account;
    expect([accountOf(), accountOf('demo_app'), accountOf('other')]).toEqual([
      ...['1000.1', '2000.1.wx', '3000.2'],
    ]);
    for (const stranger of ['nobody', 'constructor', '__proto__'])
      expect(accountOf(stranger)).toBe('1000.1');
    expect(personalAccountsOf(config)).toEqual(['1000.1', '2000.1.wx', '3000.2']);
  });

  it('gives nothing back by itself, and asks an account seldom, whatever is configured', () => {
    const { gateways } = gatewaysWith({
      ...{ ...personal, PLUMBLINE_REFUND_LATE_SUCCESS: 'true' },
      PLUMBLINE_GATEWAY_QUERY_SECONDS: '30',
    });
    const led = { refundLateSuccess: false, queryIntervalMs: 600_000, attemptsMax: 1 };
    expect(gateways.policyOf('PERSONAL')).toMatchObject(led);
    const rarely = gatewaysWith({ ...personal, PLUMBLINE_GATEWAY_QUERY_SECONDS: '3600' });
    expect(rarely.gateways.policyOf('PERSONAL')).toMatchObject({ queryIntervalMs: 3_600_000 });
  });

  it.each([
    ['an account without a merchant', { PLUMBLINE_PERSONAL_ACCOUNT: '1' }],
    ['four parts', { PLUMBLINE_PERSONAL_ACCOUNT: '1.2.3.4' }],
    ['accounts of apps alone', { PLUMBLINE_PERSONAL_ACCOUNTS: 'app=1.2' }],
    ['an app without an account', { ...personal, PLUMBLINE_PERSONAL_ACCOUNTS: 'app=1' }],
    ['no pairs', { ...personal, PLUMBLINE_PERSONAL_ACCOUNTS: 'app' }],
  ])('is not configured by %s', (_what, env) => {
    expect(() => parseConfig(schema, env)).toThrow(ConfigError);
  });
});

describe('a gateway over HTTP', () => {
  it('has no account, and reports by callbacks', async () => {
    const { gateways } = gatewaysWith({
      ...{ PLUMBLINE_LOCAL_STACK: 'true', PLUMBLINE_MOCK_GATEWAY_URL: 'http://127.0.0.1:9' },
      ...personal,
    });
    expect(gateways.policyOf('MOCK', { app: 'demo_app' })).toMatchObject({
      ...{ account: null, refundLateSuccess: true, queryIntervalMs: 30_000 },
    });
    expect(Object.keys(gateways.listening)).toEqual(['MOCK']);
    expect(gateways.currenciesOf('MOCK')).toContain('JPY');
    await gateways.close();
  });
});
