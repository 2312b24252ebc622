import { ConfigError, parseConfig } from '@plumbline/config';
import { describe, expect, it } from 'vitest';
import { callbackSecretOf, schema } from './config.ts';

const secretWith = (env: Readonly<Record<string, string>>): string | null =>
  callbackSecretOf(parseConfig(schema, env));

describe('the callback secret', () => {
  it('is the local one in the local stack only, and else what was configured', () => {
    expect(secretWith({ PLUMBLINE_LOCAL_STACK: 'true' })).toBe('local-callback-secret');
    expect(secretWith({})).toBeNull();
    expect(secretWith({ PLUMBLINE_CALLBACK_SECRET: 'a-real-one' })).toBe('a-real-one');
  });

  it('may not be the one that everybody knows outside the local stack', () => {
    const env = { PLUMBLINE_CALLBACK_SECRET: 'local-callback-secret' };
    expect(() => secretWith(env)).toThrow(ConfigError);
  });

  it('leaves a payment half an hour and callbacks no window unless told otherwise', () => {
    const config = parseConfig(schema, {});
    expect(config.PLUMBLINE_PAYMENT_TIMEOUT_MINUTES).toBe(30);
    expect(config.PLUMBLINE_CALLBACK_MAX_AGE_SECONDS).toBeUndefined();
    expect(config.PLUMBLINE_HTTP_PORT).toBe(8083);
  });
});

describe('a gateway', () => {
  const problems = (env: Readonly<Record<string, string>>): string => {
    try {
      parseConfig(schema, env);
      return '';
    } catch (error) {
      return error instanceof ConfigError ? error.message : String(error);
    }
  };

  it('is configured whole or not at all, and everything that is missing is said at once', () => {
    expect(problems({ PLUMBLINE_MOCK_GATEWAY_URL: 'http://mock.example' })).toBe('');
    const found = problems({
      PLUMBLINE_PAYPAY_URL: 'https://paypay.example',
      PLUMBLINE_PAYPAY_API_KEY: 'a key',
      PLUMBLINE_LAKALA_URL: 'https://lakala.example',
    });
    for (const name of ['PAYPAY_API_SECRET', 'PAYPAY_MERCHANT_ID', 'LAKALA_PRIVATE_KEY'])
      expect(found).toContain(`PLUMBLINE_${name}`);
    expect(found).not.toContain('PLUMBLINE_PAYPAY_API_KEY');
  });

  it('takes keys as PEM only, and addresses that are addresses', () => {
    expect(problems({ PLUMBLINE_LAKALA_PRIVATE_KEY: 'not a key' })).toContain('PEM');
    expect(problems({ PLUMBLINE_LAKALA_REQUEST_IP: 'here' })).toContain('REQUEST_IP');
    expect(problems({ PLUMBLINE_LAKALA_NOT_FOUND_CODES: 'a b' })).toContain('NOT_FOUND_CODES');
    expect(problems({ PLUMBLINE_LAKALA_REFUND_NOT_FOUND_CODES: 'a b' })).toContain(
      'REFUND_NOT_FOUND_CODES',
    );
  });
});
