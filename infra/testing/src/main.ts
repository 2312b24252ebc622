import { fileURLToPath } from 'node:url';
import { help, parseOptions, UsageError, type TestOptions } from './options.ts';
import { closingLine, isGreen } from './outcome.ts';
import { runAll } from './run-all.ts';
import { checksOf, simulation, tiers } from './steps.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const write = (text: string) => void process.stdout.write(text);

async function run(chosen: TestOptions): Promise<number> {
  if (chosen.help || chosen.list) {
    const steps = [...checksOf(root), ...tiers, simulation].filter(({ name }) =>
      chosen.only.has(name),
    );
    write(chosen.help ? help : steps.map((s) => `${s.name.padEnd(11)}${s.title}\n`).join(''));
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  // The steps write to pipes, and cannot see whether a terminal is behind this process.
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...colour };
  const outcome = await runAll({ chosen, root, env, signal: stopping.signal, write });
  if (stopping.signal.aborted) {
    write('\nStopped before the end.\n');
    return 130;
  }
  write(`\n${closingLine(outcome)}\n`);
  return isGreen(outcome) ? 0 : 1;
}

try {
  process.exitCode = await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
