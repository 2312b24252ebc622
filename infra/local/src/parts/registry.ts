import { join } from 'node:path';
import { fetchServer } from '../fetch-servers.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { findJava } from '../process/find-tool.ts';
import {
  loopback,
  mavenArtifacts,
  partTitles,
  registryApiPath,
  quickJvm,
  registryHeap,
  registrySettings,
} from '../stack-definition.ts';
import { ensureRegistry } from '../stack/ensure-registry.ts';
import type { Part } from './part.ts';

const urlOf = (port: number) => `http://${loopback}:${port}${registryApiPath}`;

export const registryPart: Part = {
  name: 'registry',
  ports: ['registry'],
  after: ['kafka'],
  stopSignal: 'SIGTERM',
  discardSignal: 'SIGKILL',
  prepare: async (context) => {
    const java = await findJava();
    const folder = await fetchServer(
      {
        name: 'apicurio-registry-3.0.9',
        part: 'registry',
        title: partTitles.registry,
        how: { kind: 'unpack', artifact: mavenArtifacts.registry },
      },
      context,
    );
    const jar = `apicurio-registry-app-${mavenArtifacts.registry.version}-runner.jar`;
    return {
      command: java,
      // A quick start matters more here than peak speed.
      args: [...registryHeap, ...quickJvm, '-jar', join(folder, jar)],
      env: {
        ...process.env,
        ...registrySettings,
        APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: `${loopback}:${context.ports.kafka}`,
        QUARKUS_HTTP_HOST: loopback,
        QUARKUS_HTTP_PORT: String(context.ports.registry),
        QUARKUS_LOG_LEVEL: 'WARN',
      },
    };
  },
  check: async ({ ports }) => {
    const response = await fetch(`${urlOf(ports.registry)}/subjects`, {
      signal: AbortSignal.timeout(healthCheckTimeoutMs),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the registry answers ${response.status}`);
  },
  furnish: async ({ ports }) => {
    await ensureRegistry({ registryUrl: urlOf(ports.registry) });
  },
};
