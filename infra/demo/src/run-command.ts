import { once } from 'node:events';
import { parseConfig } from '@plumbline/config';
import type { DemoArguments } from './arguments.ts';
import { help } from './arguments.ts';
import { demoConfigSchema } from './config.ts';
import { explorationOf } from './print/exploration.ts';
import { createProgress } from './print/progress.ts';
import { jsonOf, summaryOf } from './print/summary.ts';
import { runDemo } from './run-demo.ts';
import { openStage } from './stage/open-stage.ts';

/** Runs the demo. Returns the exit code. Errors: LocalStackError, ConfigError. */
export async function runCommand(chosen: DemoArguments, signal: AbortSignal): Promise<number> {
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
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
      if (!signal.aborted) await once(signal, 'abort');
    }
    return result.asExpected ? 0 : 1;
  } finally {
    progress.say('Stopping');
    await stage.close();
  }
}
