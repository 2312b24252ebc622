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
import { failure, failureLines, messageOf, sum, type Outcome } from './outcome.ts';
import { runCheck, runTier, type Share, type StepContext } from './run-steps.ts';
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
 * Runs the chosen steps. The unit tests and the simulation, which runs what was built, need all cores
 * one after the other, while the servers start: much of that is waiting. The checks only compute, and
 * yield to everything else: they are done beside the files with servers, which leave half of two
 * cores idle. Whoever starts servers of its own has the machine to itself.
 */
export async function runAll(options: AllOptions): Promise<Outcome> {
  const { chosen, write, signal } = options;
  const wanted = (name: StepName) => chosen.only.has(name);
  const say = (line: string) => write(`${line}\n`);
  const finished: Finished[] = [];
  const timed: Timed = async (step, work) => {
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
  const tierOf = (place: Tier['runs']) =>
    tiers.find(({ runs, name }) => runs === place && wanted(name)) ?? null;
  const simulate = async () => {
    if (!wanted(simulation.name) || signal.aborted) return;
    const minutes =
      simulationMinutes[chosen.only.size === stepNames.length ? 'amongAll' : 'chosen'];
    await timed(simulation.name, () => runSimulation({ ...options, minutes }));
  };
  const withServers = openServerTiers(options, {
    given: tierOf('with-servers'),
    own: tierOf('last'),
  });
  const [build, ...others] = checksOf(options.root);
  const built = runChecks([build]);
  const checked = built.then(() => runChecks(others));
  const unit = tierOf('first');
  if (unit !== null)
    await timed(unit.name, () => runTier(unit, { ...options, files: chosen.files }));
  await built;
  await simulate();
  await withServers.runGiven(timed);
  await checked;
  await withServers.runOwn(timed);
  for (const { step, outcome } of finished)
    if (outcome.failures.length > 0)
      say([`\nFailed in ${step}:`, ...failureLines(outcome)].join('\n'));
  return sum(finished.map(({ outcome }) => outcome));
}

type Timed = (step: string, work: () => Promise<Outcome>) => Promise<void>;

/**
 * Files that are given servers run in shares beside each other, then those that start their own, one
 * after the other: two whole platforms at once keep clients waiting for longer than those wait.
 * What they need is made ready at once.
 */
function openServerTiers(options: AllOptions, of: Readonly<Record<'given' | 'own', Tier | null>>) {
  const { files } = options.chosen;
  const { given, own } = of;
  // Named files are few: they are not shared out.
  const count = files.length > 0 ? 1 : serverShares;
  const opening = given === null ? null : openTestStacks(options, count);
  opening?.catch(() => undefined);
  // A browser takes a minute to install: beside the rest, and before the tests that look for it.
  const browser = own !== null && files.length === 0 ? prepareBrowser(options) : null;

  const runShares = async (tier: Tier, stacks: Promise<readonly Stack[]>): Promise<Outcome> => {
    const shares = Array.from({ length: count }, (_, at) => {
      const share = count === 1 ? null : { number: at + 1, of: count };
      return runWithServers(tier, { ...options, opening: stacks, at, share }).catch(
        (error: unknown) => failure(`share ${at + 1}`, messageOf(error)),
      );
    });
    return sum(await Promise.all(shares));
  };

  return {
    async runGiven(timed: Timed): Promise<void> {
      if (given !== null && opening !== null)
        await timed(given.name, () => runShares(given, opening));
      await browser;
    },
    async runOwn(timed: Timed): Promise<void> {
      if (own === null) return;
      const ended = failure(own.name, 'it was ended before it began');
      await timed(own.name, () =>
        options.signal.aborted ? Promise.resolve(ended) : runTier(own, { ...options, files }),
      );
    },
  };
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

/** One share, on a stack that ends with it. */
async function runWithServers(
  tier: Tier,
  options: AllOptions & {
    readonly opening: Promise<readonly Stack[]>;
    readonly at: number;
    readonly share: Share | null;
  },
): Promise<Outcome> {
  const { at, share, chosen, signal, write } = options;
  let stack: Stack | undefined;
  try {
    stack = (await options.opening)[at];
    if (stack === undefined) throw new Error(`there are no servers for share ${at + 1}`);
  } catch (error) {
    // Tests that could not even be tried have not passed.
    return failure('its servers', messageOf(error));
  }
  try {
    if (signal.aborted) return failure(tier.name, 'it was ended before it began');
    const env = { ...options.env, ...addressesOf(stack, options.env, await findJava(options.env)) };
    return await runTier(tier, { ...options, env, files: chosen.files, share });
  } finally {
    write(`[servers ${at + 1}] stopping\n`);
    const patience = sleep(stackStopPatienceMs, undefined, { ref: false });
    await Promise.race([stack.stop(), patience]);
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
