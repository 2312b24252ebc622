import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { LocalStackError } from '../errors.ts';
import { fetchServer } from '../fetch-servers.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { findJava } from '../process/find-tool.ts';
import { runCommand } from '../process/run-command.ts';
import {
  kafkaHeap,
  kafkaSettings,
  loopback,
  mavenArtifacts,
  partTitles,
  quickJvm,
  type StackPorts,
} from '../stack-definition.ts';
import type { Part, PartContext } from './part.ts';

const jarsFolder = 'kafka-4.1.0';

/** The broker's jars, and the Java clients' with them, as a class path; there once it has started. */
export const kafkaClasspath = (cacheFolder: string): string => join(cacheFolder, jarsFolder, '*');

export const kafkaPart: Part = {
  name: 'kafka',
  ports: ['kafka', 'kafkaController'],
  after: [],
  stopSignal: 'SIGTERM',
  discardSignal: 'SIGKILL',
  prepare,
  check: async ({ ports }) => {
    const admin = new Kafka({
      clientId: 'plumbline-health',
      brokers: [`${loopback}:${ports.kafka}`],
      logLevel: logLevel.NOTHING,
      connectionTimeout: healthCheckTimeoutMs,
      requestTimeout: healthCheckTimeoutMs,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      if (brokers.length === 0) throw new Error('the broker is not registered yet');
    } finally {
      await admin.disconnect();
    }
  },
};

const formatTimeoutMs = 60_000;

async function prepare(context: PartContext) {
  const java = await findJava();
  const jars = await fetchServer(
    {
      name: jarsFolder,
      part: 'kafka',
      title: partTitles.kafka,
      how: { kind: 'copy', artifacts: mavenArtifacts.kafka },
    },
    context,
  );
  const { folders } = context;
  const data = join(folders.data, 'kafka');
  const properties = join(folders.conf, 'kafka.properties');
  const log4j = join(folders.conf, 'kafka-log4j2.properties');
  await mkdir(folders.conf, { recursive: true });
  await writeFile(properties, serverProperties(context.ports, data));
  await writeFile(log4j, log4jProperties);
  const base = [`-Dlog4j2.configurationFile=${log4j}`, '-cp', join(jars, '*')];
  if (!existsSync(join(data, 'meta.properties'))) {
    // What an interrupted run left is not a log: it has no meta.properties, which comes last.
    await rm(data, { recursive: true, force: true });
    const id = clusterId();
    const args = ['format', '--cluster-id', id, '--config', properties];
    const format = await runCommand({
      command: java,
      args: [...quickJvm, ...base, 'kafka.tools.StorageTool', ...args],
      timeoutMs: formatTimeoutMs,
    });
    if (format.code !== 0)
      throw new LocalStackError(`Kafka cannot format ${data}:\n${format.output.join('\n')}`);
  }
  const jvm = context.brief === true ? [...kafkaHeap, ...quickJvm] : kafkaHeap;
  return { command: java, args: [...jvm, ...base, 'kafka.Kafka', properties] };
}

export function serverProperties(ports: StackPorts, dataFolder: string): string {
  const controller = `${loopback}:${ports.kafkaController}`;
  const all: Readonly<Record<string, string>> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${loopback}:${ports.kafka},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${ports.kafka}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataFolder,
    ...kafkaSettings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const log4jProperties = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`;

/** As Kafka makes its own: one that begins with a dash would be taken for an option. */
export function clusterId(random = () => randomBytes(16)): string {
  for (;;) {
    const id = random().toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
