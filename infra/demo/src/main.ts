import { once, setMaxListeners } from 'node:events';
import { ConfigError, parseConfig } from '@plumbline/config';
import { LocalStackError } from '@plumbline/local';
import type { DemoArguments } from './arguments.ts';
import { demoArguments, help, UsageError } from './arguments.ts';
import { demoConfigSchema } from './config.ts';
import { explorationOf } from './print/exploration.ts';
import { createProgress } from './print/progress.ts';
import { jsonOf, summaryOf } from './print/summary.ts';
import { runDemo } from './run-demo.ts';
import { openStage } from './stage/open-stage.ts';

/** Runs the demo. Returns the exit code. Errors: LocalStackError, ConfigError. */
async function run(chosen: DemoArguments, signal: AbortSignal): Promise<number> {
  const config = parseConfig(demoConfigSchema, process.env);
  const lines = chosen.json ? process.stderr : process.stdout;
  const progress = createProgress((line) => void lines.write(`${line}\n`));
  const report = (line: string) => progress.say(line);
  const stage = await openStage({ ownStack: chosen.once, report, signal });
  try {
    const result = await runDemo({ stage, arguments: chosen, config, progress, signal });
    process.stdout.write(chosen.json ? `${jsonOf(result)}\n` : summaryOf(result));
    if (!chosen.once) {
      lines.write(explorationOf(stage, result));
      await once(signal, 'abort');
    }
    return result.asExpected ? 0 : 1;
  } finally {
    progress.say('Stopping');
    await stage.close();
  }
}

const stopping = new AbortController();
// Every request under way listens.
setMaxListeners(0, stopping.signal);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort(new LocalStackError(`stopped by ${name}`)));

try {
  const chosen = demoArguments(process.argv.slice(2));
  if (chosen.help) process.stdout.write(help);
  else process.exitCode = await run(chosen, stopping.signal);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  } else if (stopping.signal.aborted) {
    process.exitCode = 130;
  } else if (error instanceof LocalStackError || error instanceof ConfigError) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
