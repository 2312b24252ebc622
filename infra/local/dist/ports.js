import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LocalStackError } from "./errors.js";
import { loopback, partTitles, portVariables } from "./stack-definition.js";
/** True if nothing listens on the port now. */
export function portIsFree(port) {
    return new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen({ port, host: loopback, exclusive: true }, () => {
            server.close(() => resolve(true));
        });
    });
}
/**
 * Below the range from which kernels take the ports of outgoing connections (32,768 on Linux): a
 * port found free there is not taken by somebody's connection before the server listens on it.
 */
const freePortRange = { from: 20_000, to: 32_000 };
const attemptsMax = 500;
/** Distinct ports that nothing listens on. */
export async function freePorts(count) {
    const found = new Set();
    for (let attempt = 0; found.size < count; attempt += 1) {
        if (attempt === attemptsMax)
            throw new LocalStackError('found no free ports on 127.0.0.1');
        const port = randomInt(freePortRange.from, freePortRange.to);
        if (!found.has(port) && (await portIsFree(port)))
            found.add(port);
    }
    return [...found];
}
export async function freeStackPorts() {
    const [kafka = 0, kafkaController = 0, registry = 0, postgres = 0, redis = 0] = await freePorts(5);
    return { kafka, kafkaController, registry, postgres, redis };
}
const ownerOf = {
    kafka: partTitles.kafka,
    kafkaController: `the controller of ${partTitles.kafka}`,
    registry: partTitles.registry,
    postgres: partTitles.postgres,
    redis: partTitles.redis,
};
/** Errors: {@link LocalStackError} that names every taken port, who wants it, and its variable. */
export async function requireFreePorts(ports, wanted) {
    const seen = new Map();
    const problems = [];
    for (const use of wanted) {
        const port = ports[use];
        const twice = seen.get(port);
        const change = `set ${portVariables[use]} to another port`;
        if (twice)
            problems.push(`Port ${port} is given to ${ownerOf[twice]} and ${ownerOf[use]}: ${change}.`);
        else if (!(await portIsFree(port)))
            problems.push(`Port ${port}, which ${ownerOf[use]} needs, is taken: stop what listens there, or ${change}.`);
        seen.set(port, use);
    }
    if (problems.length > 0)
        throw new LocalStackError(problems.join('\n'));
}
//# sourceMappingURL=ports.js.map