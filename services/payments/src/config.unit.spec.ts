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
