import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ConfigError,
  describeConfig,
  httpConfig,
  kafkaConfig,
  logConfig,
  parseConfig,
  platformConfig,
  postgresConfig,
  processConfig,
  redisConfig,
  registryConfig,
  requireServiceKey,
  secretText,
  secretValuesOf,
  streamConfig,
  vaultConfig,
} from './index.ts';

const schema = processConfig({
  ...kafkaConfig,
  ...registryConfig,
  ...postgresConfig,
  ...httpConfig({ port: 8083 }),
  ...logConfig,
  ...platformConfig,
  PLUMBLINE_CALLBACK_SECRET: secretText().describe('Signs the callbacks of the simulated channel'),
});

const env = { PLUMBLINE_CALLBACK_SECRET: 'a-real-secret' };

function problemsOf(environment: Record<string, string | undefined>) {
  try {
    parseConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no problem was found');
}

it('keeps state in memory unless a stream process is given a folder', () => {
  const stream = processConfig(streamConfig({ port: 8091 }));
  const folderOf = (environment: Record<string, string>) =>
    parseConfig(stream, environment).PLUMBLINE_STATE_FOLDER;
  expect(folderOf({})).toBe(undefined);
  expect(folderOf({ PLUMBLINE_STATE_FOLDER: '' })).toBe(undefined);
  expect(folderOf({ PLUMBLINE_STATE_FOLDER: '/data/state' })).toBe('/data/state');
});

const named = (error: ConfigError) => error.problems.map((p) => p.variable).sort();

describe('parseConfig', () => {
  it('gives the local defaults', () => {
    expect(parseConfig(schema, env)).toEqual({
      PLUMBLINE_KAFKA_BROKERS: ['127.0.0.1:19092'],
      PLUMBLINE_KAFKA_SSL: false,
      PLUMBLINE_REGISTRY_URL: 'http://127.0.0.1:18081/apis/ccompat/v7',
      PLUMBLINE_POSTGRES_URL: 'postgres://plumbline:local@127.0.0.1:15432/plumbline',
      PLUMBLINE_HTTP_HOST: '127.0.0.1',
      PLUMBLINE_HTTP_PORT: 8083,
      PLUMBLINE_DRAIN_MS: 1_000,
      PLUMBLINE_LOG_LEVEL: 'info',
      PLUMBLINE_LOCAL_STACK: false,
      PLUMBLINE_PARTITIONS: 4,
      PLUMBLINE_TENANT: 'main',
      PLUMBLINE_TIME_ZONE: 'UTC',
      PLUMBLINE_CALLBACK_SECRET: 'a-real-secret',
    });
  });

  it('takes what is set, and an empty variable as unset', () => {
    const config = parseConfig(schema, {
      ...env,
      PLUMBLINE_KAFKA_BROKERS: 'a:9092, b.example:9093',
      PLUMBLINE_KAFKA_SSL: 'true',
      PLUMBLINE_HTTP_PORT: '9000',
      PLUMBLINE_PARTITIONS: '32',
      PLUMBLINE_TENANT: '',
    });
    expect(config).toMatchObject({
      PLUMBLINE_KAFKA_BROKERS: ['a:9092', 'b.example:9093'],
      PLUMBLINE_KAFKA_SSL: true,
      PLUMBLINE_HTTP_PORT: 9000,
      PLUMBLINE_PARTITIONS: 32,
      PLUMBLINE_TENANT: 'main',
    });
  });

  it('reports every problem together, cross-variable ones included', () => {
    const error = problemsOf({
      PLUMBLINE_CALLBACK_SECRET: 'local-callback-secret',
      PLUMBLINE_KAFKA_BROKERS: 'nonsense',
      PLUMBLINE_KAFKA_SASL_MECHANISM: 'plain',
      PLUMBLINE_KAFKA_SASL_USERNAME: 'me',
      PLUMBLINE_HTTP_PORT: '70000',
      PLUMBLINE_LOCAL_STACK: 'maybe',
      PLUMBLINE_PARTITIONS: '3',
      PLUMBLINE_TIME_ZONE: 'Mars/Olympus',
    });
    expect(named(error)).toEqual([
      'PLUMBLINE_CALLBACK_SECRET',
      'PLUMBLINE_HTTP_PORT',
      'PLUMBLINE_KAFKA_BROKERS',
      'PLUMBLINE_KAFKA_SASL_PASSWORD',
      'PLUMBLINE_LOCAL_STACK',
      'PLUMBLINE_PARTITIONS',
      'PLUMBLINE_TIME_ZONE',
    ]);
    expect(error.message).toContain('PLUMBLINE_HTTP_PORT: is above 65535 (it is "70000")');
    expect(error.message).toContain('fix: set it, or leave it unset: Port to listen on');
  });

  it('names a variable that is missing and says what it is for', () => {
    expect(problemsOf({}).problems).toEqual([
      {
        variable: 'PLUMBLINE_CALLBACK_SECRET',
        problem: 'is not set',
        fix: 'set it: Signs the callbacks of the simulated channel',
      },
    ]);
  });

  it('never shows the value of a secret', () => {
    const error = problemsOf({
      ...env,
      PLUMBLINE_POSTGRES_URL: 'mysql://root:hunter2@db/x',
      PLUMBLINE_CALLBACK_SECRET: 'x'.repeat(5_000),
    });
    expect(named(error)).toEqual(['PLUMBLINE_CALLBACK_SECRET', 'PLUMBLINE_POSTGRES_URL']);
    expect(error.message).not.toMatch(/hunter2|xxx/);
    const quoting = z.object({
      KEY: secretText()
        .refine(() => false, { error: (issue) => `${String(issue.input)} is wrong` })
        .describe('A key'),
    });
    expect(() => parseConfig(quoting, { KEY: 'hunter2' })).toThrow('KEY: *** is wrong');
  });
});

describe('local credentials', () => {
  it.each(['local-callback-secret', 'local-merchant-key', 'local-monitor-key', 'local-new-token'])(
    'takes %s in the local stack and nowhere else',
    (credential) => {
      const withCredential = { PLUMBLINE_CALLBACK_SECRET: credential };
      const local = parseConfig(schema, { ...withCredential, PLUMBLINE_LOCAL_STACK: 'true' });
      expect(local.PLUMBLINE_CALLBACK_SECRET).toBe(credential);
      expect(named(problemsOf(withCredential))).toEqual(['PLUMBLINE_CALLBACK_SECRET']);
    },
  );

  it('refuses one that is a default', () => {
    const withDefault = processConfig({
      ...platformConfig,
      KEY: secretText().default('local-merchant-key').describe('A key'),
    });
    expect(() => parseConfig(withDefault, {})).toThrow('KEY: is a credential of the local stack');
  });
});

describe('a process that needs to know who asks', () => {
  const guarded = requireServiceKey(
    processConfig({ ...httpConfig({ port: 8130 }), ...platformConfig }),
    'operators call with it',
  );
  const missing = 'PLUMBLINE_SERVICE_KEY: is needed where PLUMBLINE_HTTP_HOST is not loopback';

  it.each(['0.0.0.0', 'monitor.example.com'])('is refused on %s without a key', (host) => {
    const open = { PLUMBLINE_HTTP_HOST: host };
    const why = `${missing}: operators call with it`;
    expect(() => parseConfig(guarded, open)).toThrow(why);
    expect(() => parseConfig(guarded, { ...open, PLUMBLINE_LOCAL_STACK: 'false' })).toThrow(why);
    const withKey = { ...open, PLUMBLINE_SERVICE_KEY: 'the-key-of-this-platform' };
    expect(parseConfig(guarded, withKey)).toMatchObject(withKey);
    expect(() => parseConfig(guarded, { ...open, PLUMBLINE_LOCAL_STACK: 'true' })).not.toThrow();
  });

  it.each([undefined, '127.0.0.1', 'localhost', '::1'])('needs none on %s', (host) => {
    expect(() => parseConfig(guarded, { PLUMBLINE_HTTP_HOST: host })).not.toThrow();
  });
});

describe('describeConfig', () => {
  it('gives the row of every variable', () => {
    const rows = describeConfig(schema);
    expect(rows.map((row) => row.name)).toEqual(Object.keys(schema.shape));
    const row = (name: string) => rows.find((r) => r.name === name);
    expect(row('PLUMBLINE_KAFKA_BROKERS')).toEqual({
      name: 'PLUMBLINE_KAFKA_BROKERS',
      default: '127.0.0.1:19092',
      required: false,
      description: 'Kafka bootstrap servers, host:port separated by commas',
      secret: false,
    });
    expect(row('PLUMBLINE_CALLBACK_SECRET')).toMatchObject({
      default: null,
      required: true,
      secret: true,
    });
    expect(rows.filter((r) => r.secret).map((r) => r.name)).toEqual([
      'PLUMBLINE_KAFKA_SASL_PASSWORD',
      'PLUMBLINE_REGISTRY_PASSWORD',
      'PLUMBLINE_POSTGRES_URL',
      'PLUMBLINE_SERVICE_KEY',
      'PLUMBLINE_CALLBACK_SECRET',
    ]);
  });

  it('refuses a variable that says nothing about itself', () => {
    expect(() => describeConfig(z.object({ BARE: z.string() }))).toThrow('BARE has no .describe()');
  });
});

it('lists what the log must hide, passwords inside URLs too', () => {
  expect(secretValuesOf(schema, parseConfig(schema, env))).toEqual([
    'postgres://plumbline:local@127.0.0.1:15432/plumbline',
    'local',
    'a-real-secret',
  ]);
});

describe('the vault and Redis', () => {
  const secrets = processConfig({ ...redisConfig, ...vaultConfig, ...platformConfig });
  const master = Buffer.alloc(32, 7).toString('base64');

  it('takes 32 bytes in base64 as a master key, and shows neither it nor the password of Redis', () => {
    const config = parseConfig(secrets, {
      PLUMBLINE_MASTER_KEY: master,
      PLUMBLINE_REDIS_URL: 'rediss://:hunter2@cache:6380/3',
    });
    expect(secretValuesOf(secrets, config)).toEqual([
      'rediss://:hunter2@cache:6380/3',
      'hunter2',
      master,
    ]);
  });

  it.each([
    ['31 bytes', Buffer.alloc(31).toString('base64')],
    ['33 bytes', Buffer.alloc(33).toString('base64')],
    ['hex', Buffer.alloc(32, 7).toString('hex')],
    ['base64url', Buffer.alloc(32, 0xff).toString('base64url')],
  ])('refuses %s as a master key', (_, text) => {
    expect(() => parseConfig(secrets, { PLUMBLINE_PREVIOUS_MASTER_KEY: text })).toThrow(
      'PLUMBLINE_PREVIOUS_MASTER_KEY: is not 32 bytes in base64',
    );
  });
});
