import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureTopics,
  findJava,
  kafkaClasspath,
  localConfig,
  openStack,
  type Stack,
} from '@plumbline/local';
import { simulationMinutes, testPartitions } from './limits.ts';
import { stepNames, type StepName, type TestOptions } from './options.ts';
import { failure, failureLines, sum, type Outcome } from './outcome.ts';
import { runCheck, runTier, type StepContext } from './run-steps.ts';
import { runSimulation } from './run-simulation.ts';
import { checksOf, simulation, tiers, type Tier } from './steps.ts';

export interface AllOptions extends StepContext {
  readonly chosen: TestOptions;
}

interface Finished {
  readonly step: string;
  readonly outcome: Outcome;
}

/**
 * Runs the chosen steps. The checks run beside the unit tests, and the servers start meanwhile:
 * two cores have room for that, since much of it is waiting.
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

  const checks = async () => {
    for (const check of checksOf(options.root))
      if (wanted(check.name) && !signal.aborted)
        await timed(check.name, () => runCheck(check, options));
  };
  const testsWithout = async () => {
    for (const tier of tiers.filter((t) => !t.servers && wanted(t.name)))
      await timed(tier.name, () => runTier(tier, { ...options, files: chosen.files }));
  };
  const withServers = tiers.filter((tier) => tier.servers && wanted(tier.name));
  const opening = withServers.length > 0 ? openTestStack(options) : null;
  opening?.catch(() => undefined);
  await Promise.all([checks(), testsWithout()]);
  if (wanted(simulation.name) && !signal.aborted) {
    const minutes =
      simulationMinutes[chosen.only.size === stepNames.length ? 'amongAll' : 'chosen'];
    await timed(simulation.name, () => runSimulation({ ...options, minutes }));
  }
  if (opening) await runWithServers({ ...options, opening, withServers, timed });
  for (const { step, outcome } of finished)
    if (outcome.failures.length > 0)
      say([`\nFailed in ${step}:`, ...failureLines(outcome)].join('\n'));
  return sum(finished.map(({ outcome }) => outcome));
}

async function openTestStack({ write, signal }: AllOptions): Promise<Stack> {
  const stack = await openStack({
    ports: 'free',
    purpose: 'npm test',
    signal,
    report: (line) => write(`[servers] ${line.trim()}\n`),
  });
  try {
    await ensureTopics({ brokers: [stack.kafka], partitions: testPartitions });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function runWithServers(
  options: AllOptions & {
    readonly opening: Promise<Stack>;
    readonly withServers: readonly Tier[];
    readonly timed: (step: string, work: () => Promise<Outcome>) => Promise<void>;
  },
): Promise<void> {
  const { withServers, timed, chosen, signal, write } = options;
  let stack: Stack;
  try {
    stack = await options.opening;
  } catch (error) {
    // Tests that could not even be tried have not passed.
    for (const tier of withServers)
      await timed(tier.name, () => Promise.resolve(failure('its servers', messageOf(error))));
    return;
  }
  const env = {
    ...options.env,
    PLUMBLINE_TEST_KAFKA: stack.kafka,
    // Java's own consumer is the oracle of what a committed reader sees.
    PLUMBLINE_TEST_KAFKA_CLASSPATH: kafkaClasspath(localConfig(options.env).cacheFolder),
    PLUMBLINE_TEST_JAVA: await findJava(options.env),
    PLUMBLINE_TEST_REGISTRY: stack.registryUrl,
    PLUMBLINE_TEST_POSTGRES: stack.postgresUrl,
    PLUMBLINE_TEST_REDIS: stack.redisUrl,
  };
  try {
    for (const tier of withServers)
      if (!signal.aborted)
        await timed(tier.name, () => runTier(tier, { ...options, env, files: chosen.files }));
  } finally {
    write('[servers] stopping\n');
    await Promise.race([stack.stop(), sleep(stackStopPatienceMs, undefined, { ref: false })]);
  }
}

/** The servers end with this process in any case. */
const stackStopPatienceMs = 30_000;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
