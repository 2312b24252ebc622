import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositoryFolder } from './paths.ts';
import {
  defaultPorts,
  images,
  kafkaHeap,
  kafkaSettings,
  partNames,
  postgresCredentials,
  postgresSettings,
  redisSettings,
  registrySettings,
} from './stack-definition.ts';

interface Service {
  readonly image: string;
  readonly ports: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

/** No Docker engine runs this file here: it is held to the constants of the stack that does run. */
const file = readFileSync(join(repositoryFolder, 'docker-compose.kafka.yml'), 'utf8');
const { services } = parse(file) as { readonly services: Readonly<Record<string, Service>> };

const environmentOf = (name: string) => services[name]?.environment ?? {};

describe('docker-compose.kafka.yml', () => {
  it('has the same four parts, in the same versions', () => {
    expect(Object.keys(services).sort()).toEqual([...partNames].sort());
    for (const name of partNames) expect(services[name]?.image).toBe(images[name]);
  });

  it.each(partNames)('publishes %s on the default port of this machine only', (name) => {
    const [published = '', ...more] = services[name]?.ports ?? [];
    expect(more).toEqual([]);
    expect(published).toMatch(new RegExp(`^127\\.0\\.0\\.1:${defaultPorts[name]}:\\d+$`));
  });

  it('gives Kafka every setting of the stack, and its heap', () => {
    const environment = environmentOf('kafka');
    for (const [setting, value] of Object.entries(kafkaSettings)) {
      const variable = `KAFKA_${setting.toUpperCase().replaceAll('.', '_')}`;
      expect(environment[variable], variable).toBe(value);
    }
    expect(environment['KAFKA_HEAP_OPTS']).toBe(kafkaHeap.join(' '));
  });

  it('advertises Kafka at the address that programs on this machine use', () => {
    const { KAFKA_ADVERTISED_LISTENERS: listeners = '' } = environmentOf('kafka');
    expect(listeners.split(',')).toContain(`HOST://127.0.0.1:${defaultPorts.kafka}`);
  });

  it('keeps the schemas in the log, as the stack does', () => {
    expect(environmentOf('registry')).toMatchObject(registrySettings);
    expect(environmentOf('registry')['QUARKUS_HTTP_PORT']).toBe(String(defaultPorts.registry));
  });

  it('gives Postgres the same account, database and settings', () => {
    expect(environmentOf('postgres')).toEqual({
      POSTGRES_USER: postgresCredentials.user,
      POSTGRES_PASSWORD: postgresCredentials.password,
      POSTGRES_DB: postgresCredentials.database,
    });
    const settings = Object.entries(postgresSettings).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
    expect(services['postgres']?.command).toEqual(settings);
  });

  it('gives Redis the same settings', () => {
    const settings = Object.entries(redisSettings).flatMap(([k, v]) => [`--${k}`, v]);
    expect(services['redis']?.command).toEqual(['redis-server', ...settings]);
  });
});
