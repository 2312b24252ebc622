import { setMaxListeners } from 'node:events';
import { ConfigError } from '@plumbline/config';
import { LocalStackError } from '@plumbline/local';
import { demoArguments, help, UsageError } from './arguments.ts';
import { runCommand } from './run-command.ts';

const stopping = new AbortController();
// Every request under way listens.
setMaxListeners(0, stopping.signal);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort(new LocalStackError(`stopped by ${name}`)));

try {
  process.exitCode = await runCommand(demoArguments(process.argv.slice(2)), stopping.signal);
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
