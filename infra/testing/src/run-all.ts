import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureTopics,
  findChromium,
  findJava,
  kafkaClasspath,
  localConfig,
  openStack,
  type Stack,
} from '@plumbline/local';
import { serverShares, simulationMinutes, testPartitions } from './limits.ts';
import { stepNames, type StepName, type TestOptions } from './options.ts';
import { failure, failureLines, sum, type Outcome } from './outcome.ts';
import { runCheck, runTier, type StepContext } from './run-steps.ts';
import { runSimulation } from './run-simulation.ts';
import { checksOf, simulation, tiers, type Check, type Tier } from './steps.ts';

export interface AllOptions extends StepContext {
  readonly chosen: TestOptions;
}

interface Finished {
  readonly step: string;
  readonly outcome: Outcome;
}

/**
 * Runs the chosen steps. The checks need one core: the unit tests and the simulation, which runs what
 * was built, run beside them. The servers start meanwhile: much of that is waiting.
 */
export async function runAll(options: AllOptions): Promise<Outcome> {
  const { chosen, write, signal } = options;
  const wanted = (name: StepName) => chosen.only.has(name);
  const say = (line: string) => write(`${line}\n`);
  const finished: Finished[] = [];
  const timed = async (step: string, work: () => Promise<Outcome>) => {
    const begin = performance.now();
    const outcome = await work().catch((error: unknown) => failure(step, messageOf(error)));
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    const { passed, failures } = outcome;
    const verdict = failures.length > 0 ? `${failures.length} FAILED` : `${passed} ok`;
    say(`[${step}] ${verdict} (${seconds} s)`);
    finished.push({ step, outcome });
  };

  const runChecks = async (checks: readonly Check[]) => {
    for (const check of checks)
      if (wanted(check.name) && !signal.aborted)
        await timed(check.name, () => runCheck(check, options));
  };
  const run = async (place: Tier['runs']) => {
    for (const tier of tiers)
      if (tier.runs === place && wanted(tier.name) && !signal.aborted)
        await timed(tier.name, () => runTier(tier, { ...options, files: chosen.files }));
  };
  const simulate = async () => {
    if (!wanted(simulation.name) || signal.aborted) return;
    const minutes =
      simulationMinutes[chosen.only.size === stepNames.length ? 'amongAll' : 'chosen'];
    await timed(simulation.name, () => runSimulation({ ...options, minutes }));
  };
  const tier = tiers.find(({ runs, name }) => runs === 'with-servers' && wanted(name));
  // Named files are few: they are not shared out.
  const shares = chosen.files.length > 0 ? 1 : serverShares;
  const opening = tier === undefined ? null : openTestStacks(options, shares);
  opening?.catch(() => undefined);
  // A browser takes a minute to install: beside the rest, and before the tests that look for it.
  const browser = wanted('e2e') && chosen.files.length === 0 ? prepareBrowser(options) : null;
  const [build, ...others] = checksOf(options.root);
  const built = runChecks([build]);
  const unitAndSimulation = async () => {
    await run('beside-checks');
    await built;
    await simulate();
  };
  await Promise.all([built.then(() => runChecks(others)), unitAndSimulation()]);
  if (tier !== undefined && opening !== null)
    await timed(tier.name, () => runWithServers(tier, { ...options, opening }));
  await browser;
  await run('last');
  for (const { step, outcome } of finished)
    if (outcome.failures.length > 0)
      say([`\nFailed in ${step}:`, ...failureLines(outcome)].join('\n'));
  return sum(finished.map(({ outcome }) => outcome));
}

/** What stands in the way is said here, and again by the tests that cannot do without. */
async function prepareBrowser({ env, signal, write }: AllOptions): Promise<void> {
  const say = (line: string) => write(`[browser] ${line.trim()}\n`);
  await findChromium({ env, signal, report: say }).catch((error: unknown) => say(messageOf(error)));
}

/** One after the other: downloads are shared. */
async function openTestStacks(options: AllOptions, count: number): Promise<readonly Stack[]> {
  const stacks: Stack[] = [];
  try {
    while (stacks.length < count) stacks.push(await openTestStack(options, stacks.length + 1));
    return stacks;
  } catch (error) {
    await stopAll(stacks);
    throw error;
  }
}

async function openTestStack({ write, signal }: AllOptions, number: number): Promise<Stack> {
  const stack = await openStack({
    ports: 'free',
    purpose: 'npm test',
    signal,
    report: (line) => write(`[servers ${number}] ${line.trim()}\n`),
  });
  try {
    await ensureTopics({ brokers: [stack.kafka], partitions: testPartitions });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

const stopAll = (stacks: readonly Stack[]): Promise<unknown> =>
  Promise.all(stacks.map((stack) => stack.stop()));

async function runWithServers(
  tier: Tier,
  options: AllOptions & { readonly opening: Promise<readonly Stack[]> },
): Promise<Outcome> {
  const { chosen, signal, write } = options;
  let stacks: readonly Stack[];
  try {
    stacks = await options.opening;
  } catch (error) {
    // Tests that could not even be tried have not passed.
    return failure('its servers', messageOf(error));
  }
  try {
    if (signal.aborted) return failure(tier.name, 'it was ended before it began');
    const java = await findJava(options.env);
    const of = stacks.length;
    const running = stacks.map((stack, at) => {
      const env = { ...options.env, ...addressesOf(stack, options.env, java) };
      const share = of === 1 ? null : { number: at + 1, of };
      return runTier(tier, { ...options, env, files: chosen.files, share });
    });
    return sum(await Promise.all(running));
  } finally {
    write('[servers] stopping\n');
    const patience = sleep(stackStopPatienceMs, undefined, { ref: false });
    await Promise.race([stopAll(stacks), patience]);
  }
}

/** Where tests find the servers of their share. */
const addressesOf = (stack: Stack, env: AllOptions['env'], java: string) => ({
  PLUMBLINE_TEST_KAFKA: stack.kafka,
  // Java's own consumer is the oracle of what a committed reader sees.
  PLUMBLINE_TEST_KAFKA_CLASSPATH: kafkaClasspath(localConfig(env).cacheFolder),
  PLUMBLINE_TEST_JAVA: java,
  PLUMBLINE_TEST_REGISTRY: stack.registryUrl,
  PLUMBLINE_TEST_POSTGRES: stack.postgresUrl,
  PLUMBLINE_TEST_REDIS: stack.redisUrl,
});

/** The servers end with this process in any case. */
const stackStopPatienceMs = 30_000;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
