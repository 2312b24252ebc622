import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { localConfig } from '../config.ts';
import { LocalStackError } from '../errors.ts';
import { secondsSince, toStderr, toStdout, type Report } from '../report.ts';
import { defaultPorts, partTitles, portVariables } from '../stack-definition.ts';
import type { StackAddresses } from './addresses.ts';
import { furnishServers } from './furnish-stack.ts';
import {
  dataOf,
  stackDown,
  stackReset,
  stackStatus,
  stackUp,
  type StackStatus,
} from './detached-stack.ts';

const portHelp = Object.entries(portVariables)
  .map(
    ([use, variable]) =>
      `  ${variable.padEnd(34)}${defaultPorts[use as keyof typeof defaultPorts]}`,
  )
  .join('\n');

export const stackHelp = `Usage: npm run stack -- <command> [--json]

  up              start ${Object.values(partTitles).join(', ')}
                  on 127.0.0.1; returns when all of them answer
  status          what runs; exit code 0 only if all of them answer
  down            stop them; data stays
  topics          make the topics and set the registry's level on the servers that
                  PLUMBLINE_KAFKA_BROKERS and PLUMBLINE_REGISTRY_URL name (up does it for its own)
  reset [--yes]   stop them and delete their data and logs

  --json          print one JSON document, for programs
  --help          this text

Ports, and the variables that change them:
${portHelp}
Folder of data and logs: .plumbline, or PLUMBLINE_HOME. Downloads: ~/.cache/plumbline, or PLUMBLINE_CACHE.
`;

const platformEnv = (addresses: StackAddresses) => ({
  PLUMBLINE_PARTITIONS: process.env['PLUMBLINE_PARTITIONS'],
  PLUMBLINE_KAFKA_BROKERS: addresses.kafka,
  PLUMBLINE_REGISTRY_URL: addresses.registryUrl,
});

/** Runs `stack …`. Returns the exit code. Errors: LocalStackError, ConfigError. */
export async function stackCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help || positionals.length === 0) {
    process.stdout.write(stackHelp);
    return values.help ? 0 : 2;
  }
  const [command = '', ...rest] = positionals;
  if (rest.length > 0) throw new LocalStackError(`unexpected: ${rest.join(' ')}\n\n${stackHelp}`);
  const config = localConfig(process.env);
  // With --json, standard output is for the program that reads it.
  const report = values.json ? toStderr : toStdout;
  const options = { config, report, signal };
  const begin = performance.now();
  switch (command) {
    case 'up': {
      report(`Starting the local stack (${config.home})`);
      const addresses = await stackUp(options);
      await furnishServers(platformEnv(addresses), report);
      if (values.json) printJson(addresses);
      else describeAddresses(addresses, report);
      report(`The local stack is up (${secondsSince(begin)}). Stop it with: npm run stack -- down`);
      return 0;
    }
    case 'topics':
      await furnishServers(process.env, report);
      if (values.json) printJson({ furnished: true });
      return 0;
    case 'status': {
      const status = await stackStatus(options);
      if (values.json) printJson(status);
      else describeStatus(status, report);
      return status.addresses ? 0 : 1;
    }
    case 'down':
      report(`Stopping the local stack (${config.home})`);
      await stackDown(options);
      if (values.json) printJson({ stopped: true });
      return 0;
    case 'reset': {
      const folders = await dataOf(options);
      if (!values.yes && folders.length > 0 && !(await confirmed(folders))) {
        report('Nothing was deleted.');
        return 1;
      }
      await stackReset(options);
      if (values.json) printJson({ reset: true });
      return 0;
    }
    default:
      throw new LocalStackError(`there is no command "stack ${command}"\n\n${stackHelp}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new LocalStackError(`${error instanceof Error ? error.message : ''}\n\n${stackHelp}`);
  }
}

const printJson = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function confirmed(folders: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new LocalStackError('reset deletes data: say so with --yes when nobody can be asked');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(
      `This deletes every event, with\n${folders.map((f) => `  ${f}\n`).join('')}Go on? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function describeAddresses(addresses: StackAddresses, report: Report): void {
  report(`  Kafka      ${addresses.kafka}`);
  report(`  registry   ${addresses.registryUrl}`);
  report(`  Postgres   ${addresses.postgresUrl}`);
  report(`  Redis      ${addresses.redisUrl}`);
}

function describeStatus(status: StackStatus, report: Report): void {
  report(`The local stack in ${status.home}${status.heldBy ? `, held by ${status.heldBy}` : ''}`);
  for (const { name, health, port, pid, detail, logFile } of status.parts) {
    const where = pid === null ? '' : `  127.0.0.1:${port}  process ${pid}`;
    report(`  ${name.padEnd(10)}${health}${where}${detail ? `  (${detail})` : ''}`);
    if (health === 'dead' || health === 'not answering') report(`            log: ${logFile}`);
  }
}
