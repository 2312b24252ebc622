import { setMaxListeners } from 'node:events';
import { LocalStackError } from '@plumbline/local';
import type { BenchArguments } from './arguments.ts';
import { benchArguments, help, UsageError } from './arguments.ts';
import { runBench } from './run-bench.ts';

async function run(chosen: BenchArguments): Promise<number> {
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new LocalStackError(`stopped by ${name}`)));
  try {
    await runBench(chosen, stopping.signal);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 130;
    if (!(error instanceof LocalStackError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}

try {
  process.exitCode = await run(benchArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
