import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { failure, type Outcome } from './outcome.ts';
import { runProcess } from './run-process.ts';
import { runCheck, type StepContext } from './run-steps.ts';
import { simulation } from './steps.ts';

/** What the simulation writes: each of its properties and planted bugs is a test. */
const outcomeSchema = z.object({
  passed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  failures: z.array(z.object({ what: z.string(), message: z.string() })),
});

/** Builds and runs the simulation for so long, with its output as it comes. */
export async function runSimulation(options: StepContext & { minutes: number }): Promise<Outcome> {
  const { root, env, signal, minutes } = options;
  const { timeoutMs } = simulation;
  const build = {
    name: 'build',
    title: '',
    commands: [simulation.build(root)],
    yielding: false,
    timeoutMs,
  } as const;
  const built = await runCheck(build, options);
  if (built.failures.length > 0) return built;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-simulation-'));
  const file = join(folder, 'outcome.json');
  try {
    const { exitCode, timedOut } = await runProcess({
      program: 'node',
      args: [
        ...['--enable-source-maps', join(root, simulation.main)],
        ...['--minutes', String(minutes), '--outcome', file],
      ],
      ...{ cwd: root, env, timeoutMs, signal, onOutput: options.write },
    });
    if (timedOut) return failure('the simulation', `took longer than ${timeoutMs} ms`);
    return outcomeOfSimulation(await readFile(file, 'utf8').catch(() => null), exitCode);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run that left no counts, or ended otherwise than they say, has failed. */
export function outcomeOfSimulation(text: string | null, exitCode: number | null): Outcome {
  const code = exitCode ?? 'none';
  const parsed = outcomeSchema.safeParse(jsonOf(text));
  if (!parsed.success) return failure('the simulation', `left no counts, exit code ${code}`);
  const outcome = parsed.data;
  if (outcome.failures.length === 0 && (exitCode !== 0 || outcome.passed === 0)) {
    return failure('the simulation', `${outcome.passed} passed, and yet exit code ${code}`);
  }
  return outcome;
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
