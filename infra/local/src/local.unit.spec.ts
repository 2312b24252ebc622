import { describe, expect, it } from 'vitest';
import { localConfig } from './config.ts';
import { pomOf } from './fetch-servers.ts';
import { clusterId, serverProperties } from './parts/kafka.ts';
import { processEnv } from './platform/open-platform.ts';
import { restartDelay } from './platform/platform-process.ts';
import { processes, processNames } from './platform/platform-definition.ts';
import { javaMajor } from './process/find-tool.ts';
import { defaultPorts, kafkaSettings, mavenArtifacts } from './stack-definition.ts';
import { addressesOf } from './stack/addresses.ts';

describe('the environment', () => {
  it('has the ports of the documentation as its defaults', () => {
    expect(localConfig({}).ports).toEqual(defaultPorts);
    expect(addressesOf(defaultPorts)).toEqual({
      kafka: '127.0.0.1:19092',
      registryUrl: 'http://127.0.0.1:18081/apis/ccompat/v7',
      postgresUrl: 'postgres://plumbline:local@127.0.0.1:15432/plumbline',
      redisUrl: 'redis://127.0.0.1:16379',
    });
  });

  it('changes ports and folders', () => {
    const config = localConfig({
      PLUMBLINE_REDIS_PORT: '7000',
      PLUMBLINE_HOME: '/data/p',
      PLUMBLINE_CACHE: '/data/c',
    });
    expect(config.ports).toEqual({ ...defaultPorts, redis: 7000 });
    expect([config.home, config.cacheFolder]).toEqual(['/data/p', '/data/c']);
  });

  it('reports every wrong port together', () => {
    const wrong = { PLUMBLINE_KAFKA_PORT: '0', PLUMBLINE_POSTGRES_PORT: 'many' };
    expect(() => localConfig(wrong)).toThrow(/PLUMBLINE_KAFKA_PORT[^]*PLUMBLINE_POSTGRES_PORT/);
  });
});

describe('what a process of the platform is told', () => {
  const stack = addressesOf(defaultPorts);
  const folderOf = (home: string | undefined, env: Readonly<Record<string, string>>) =>
    processEnv({ stack: home === undefined ? stack : { ...stack, home } }, env)[
      'PLUMBLINE_STATE_FOLDER'
    ];

  it('keeps its state among the data of the stack, so that a reset removes both', () => {
    expect(folderOf('/data/p', {})).toBe('/data/p/data/state');
    expect(folderOf(undefined, {})).toBe(undefined);
  });

  it('keeps it where the environment says, or in memory if that is empty', () => {
    expect(folderOf('/data/p', { PLUMBLINE_STATE_FOLDER: '/fast' })).toBe('/fast');
    expect(folderOf('/data/p', { PLUMBLINE_STATE_FOLDER: '' })).toBe('');
  });
});

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_392"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['command not found', null],
])('reads the version of Java: %s', (text, major) => {
  expect(javaMajor(text)).toBe(major);
});

it('Kafka listens on this machine only, with every setting', () => {
  const lines = serverProperties(defaultPorts, '/d').split('\n');
  expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093');
  for (const [name, value] of Object.entries(kafkaSettings))
    expect(lines).toContain(`${name}=${value}`);
});

it('the pom names coordinates and no repository', () => {
  const pom = pomOf(mavenArtifacts.kafka);
  expect(pom).toContain('<artifactId>kafka_2.13</artifactId><version>4.1.0</version>');
  expect(pom).not.toMatch(/<repositor|<url>/);
});

it('a process that keeps dying is started less and less often', () => {
  expect([0, 1, 2, 5, 6, 20].map(restartDelay)).toEqual([250, 500, 1_000, 8_000, 10_000, 10_000]);
});

it('no two processes share a port or a variable', () => {
  const all = processNames.map((name) => processes[name]);
  expect(new Set(all.map(({ port }) => port)).size).toBe(all.length);
  expect(new Set(all.map(({ portVariable }) => portVariable)).size).toBe(all.length);
});

it('names a cluster by nothing that its tool takes for an option', () => {
  const withDash = Buffer.alloc(16, 0xf8);
  const without = Buffer.alloc(16, 0x41);
  expect(withDash.toString('base64url')).toMatch(/^-/);
  const next = [withDash, without];
  expect(clusterId(() => next.shift() ?? withDash)).toBe(without.toString('base64url'));
});
