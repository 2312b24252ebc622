import { join } from 'node:path';
import { fetchServer } from "../fetch-servers.js";
import { healthCheckTimeoutMs } from "../limits.js";
import { findJava } from "../process/find-tool.js";
import { loopback, mavenArtifacts, partTitles, registryApiPath, registryHeap, registrySettings, } from "../stack-definition.js";
import { ensureRegistry } from "../stack/ensure-registry.js";
const urlOf = (port) => `http://${loopback}:${port}${registryApiPath}`;
export const registryPart = {
    name: 'registry',
    ports: ['registry'],
    after: ['kafka'],
    stopSignal: 'SIGTERM',
    prepare: async (context) => {
        const java = await findJava();
        const folder = await fetchServer({
            name: 'apicurio-registry-3.0.9',
            part: 'registry',
            title: partTitles.registry,
            how: { kind: 'unpack', artifact: mavenArtifacts.registry },
        }, context);
        const jar = `apicurio-registry-app-${mavenArtifacts.registry.version}-runner.jar`;
        return {
            command: java,
            // A quick start matters more here than peak speed: the first compiler only.
            args: [
                ...registryHeap,
                '-XX:+UseSerialGC',
                '-XX:TieredStopAtLevel=1',
                '-jar',
                join(folder, jar),
            ],
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
        if (!response.ok)
            throw new Error(`the registry answers ${response.status}`);
    },
    furnish: async ({ ports }) => {
        await ensureRegistry({ registryUrl: urlOf(ports.registry) });
    },
};
//# sourceMappingURL=registry.js.map