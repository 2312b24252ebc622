import { allTopics, catalogue } from '@plumbline/events';
import type { Command } from 'commander';
import { brokerChecks } from '../doctor/broker-checks.ts';
import { chainChecks } from '../doctor/chain-checks.ts';
import type { Check } from '../doctor/check.ts';
import { badCheck } from '../doctor/check.ts';
import { readModelChecks } from '../doctor/read-model-checks.ts';
import { retentionChecks } from '../doctor/retention-checks.ts';
import { schemaChecks } from '../doctor/schema-checks.ts';
import { topicChecks } from '../doctor/topic-checks.ts';
import { allProjections } from '../projections.ts';
import { registryAccess } from '../session/access.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, firstLine } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export function addDoctor(program: Command, run: RunCommand): void {
  program
    .command('doctor')
    .description('Check servers, topics, schemas, hash chains and read models, and say how to mend')
    .option('--json', 'a JSON list of checks')
    .addHelpText('after', examples('doctor', 'doctor --json | jq \'.[] | select(.state != "ok")\''))
    .action((options: { readonly json?: boolean }) => run((session) => examine(session, options)));
}

/** Exit code 1 when a check fails; a warning alone is none. */
export async function examine(
  session: Session,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { out } = session;
  const checks: Check[] = [];
  for (const [part, look] of parts(session)) {
    session.signal.throwIfAborted();
    const found = await looked(part, look);
    checks.push(...found);
    if (options.json !== true)
      for (const check of found) for (const line of linesOf(check)) out.line(line);
  }
  if (options.json === true) out.json(checks);
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warned = checks.filter(({ state }) => state === 'warn').length;
  out.note(`${checks.length} checks, ${failed} failed, ${warned} with a warning`);
  return failed > 0 ? 1 : 0;
}

type Look = () => Promise<readonly Check[]>;

const parts = (session: Session): readonly (readonly [string, Look])[] => [
  ['brokers', async () => brokerChecks(await (await session.admin()).brokers())],
  [
    'topics',
    async () => {
      const names = allTopics.map(({ name }) => name);
      const states = await (await session.admin()).topics(names);
      return [
        ...topicChecks(allTopics, states, session.config.PLUMBLINE_PARTITIONS),
        ...retentionChecks(allTopics, states, allProjections),
      ];
    },
  ],
  ['registry', () => registryChecks(session)],
  [
    'hash chains',
    async () => chainChecks({ log: await session.log(), codec: await session.codec() }),
  ],
  ['Postgres', async () => readModelChecks(await session.postgres(), allProjections)],
];

async function registryChecks(session: Session): Promise<readonly Check[]> {
  try {
    return await schemaChecks(session.registry(), catalogue);
  } catch (error) {
    const { url } = registryAccess(session.config);
    const detail = `does not answer at ${url} (PLUMBLINE_REGISTRY_URL): ${firstLine(error)}`;
    throw new CliFailure(detail);
  }
}

/** What cannot be looked at is a finding like any other: the rest is looked at all the same. */
async function looked(part: string, look: Look): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    const fix = 'start it (npm run stack -- up), or set the variable to where it is';
    const known = error instanceof CliFailure;
    const how = known ? fix : 'this part could not be examined';
    return [badCheck('fail', part, { detail: firstLine(error), fix: how })];
  }
}

export function linesOf({ state, name, detail, fix }: Check): readonly string[] {
  const line = `${state.padEnd(4)}  ${name}: ${detail}`;
  return fix === null ? [line] : [line, `      fix: ${fix}`];
}
