import { parseConfig } from '@plumbline/config';
import { describe, expect, it } from 'vitest';
import { schema } from './config.ts';

describe('the configuration', () => {
  it.each([{}, { PLUMBLINE_LOCAL_STACK: 'false' }])('refuses to start with %j', (environment) => {
    expect(() => parseConfig(schema, environment)).toThrow(
      /PLUMBLINE_LOCAL_STACK: must be true: a simulator of gateways has no place outside/,
    );
  });

  it('refuses outside a local stack even with secrets of its own', () => {
    const secrets = {
      PLUMBLINE_SIMULATOR_MOCK_SECRET: 'a-secret-of-somebody',
      PLUMBLINE_SIMULATOR_PAYPAY_API_KEY: 'a-key-of-somebody',
      PLUMBLINE_SIMULATOR_PAYPAY_API_SECRET: 'another-of-somebody',
    };
    expect(() => parseConfig(schema, secrets)).toThrow(/1 problem/);
  });

  it('starts in a local stack with nothing else said', () => {
    expect(parseConfig(schema, { PLUMBLINE_LOCAL_STACK: 'true' })).toMatchObject({
      PLUMBLINE_HTTP_PORT: 8090,
      PLUMBLINE_SIMULATOR_MOCK_SECRET: 'local-callback-secret',
      PLUMBLINE_SIMULATOR_TIME_FACTOR: 1,
    });
  });
});
