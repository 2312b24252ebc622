import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { codeOf, LocalStackError } from './errors.ts';
import { loopback, partTitles, portVariables, type StackPorts } from './stack-definition.ts';

/** Why a server could not listen on the port now; `null` if it could. */
export function portProblem(port: number): Promise<'is taken' | 'is not allowed' | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve(codeOf(error) === 'EACCES' ? 'is not allowed' : 'is taken');
    });
    server.listen({ port, host: loopback, exclusive: true }, () => {
      server.close(() => resolve(null));
    });
  });
}

/**
 * Below the range from which kernels take the ports of outgoing connections (32,768 on Linux): a
 * port found free there is not taken by somebody's connection before the server listens on it.
 */
const freePortRange = { from: 20_000, to: 32_000 } as const;
const attemptsMax = 500;

/** Distinct ports that nothing listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt === attemptsMax) throw new LocalStackError('found no free ports on 127.0.0.1');
    const port = randomInt(freePortRange.from, freePortRange.to);
    if (!found.has(port) && (await portProblem(port)) === null) found.add(port);
  }
  return [...found];
}

export async function freeStackPorts(): Promise<StackPorts> {
  const [kafka = 0, kafkaController = 0, registry = 0, postgres = 0, redis = 0] =
    await freePorts(5);
  return { kafka, kafkaController, registry, postgres, redis };
}

const ownerOf: Readonly<Record<keyof StackPorts, string>> = {
  kafka: partTitles.kafka,
  kafkaController: `the controller of ${partTitles.kafka}`,
  registry: partTitles.registry,
  postgres: partTitles.postgres,
  redis: partTitles.redis,
};

/** Errors: {@link LocalStackError} that names every taken port, who wants it, and its variable. */
export async function requireFreePorts(
  ports: StackPorts,
  wanted: readonly (keyof StackPorts)[],
): Promise<void> {
  const seen = new Map<number, keyof StackPorts>();
  const problems: string[] = [];
  for (const use of wanted) {
    const port = ports[use];
    const twice = seen.get(port);
    const problem = twice ? null : await portProblem(port);
    const change = `set ${portVariables[use]} to another port`;
    if (twice)
      problems.push(`Port ${port} is given to ${ownerOf[twice]} and ${ownerOf[use]}: ${change}.`);
    else if (problem)
      problems.push(
        `Port ${port}, which ${ownerOf[use]} needs, ${problem}: ${orFree(problem)}${change}.`,
      );
    seen.set(port, use);
  }
  if (problems.length > 0) throw new LocalStackError(problems.join('\n'));
}

/** What else helps than another port. */
export const orFree = (problem: string): string =>
  problem === 'is taken' ? 'stop what listens there, or ' : '';
