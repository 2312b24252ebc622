import { ConfigError } from '@plumbline/config';
import { LocalStackError } from './errors.ts';
import { startCommand } from './platform/start-command.ts';
import { stackCommand } from './stack/stack-command.ts';

const usage = 'Usage: main.js stack <up|status|down|topics|reset> | start\n';

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [command = '', ...rest] = args;
  switch (command) {
    case 'stack':
      return stackCommand(rest, signal);
    case 'start':
      return startCommand(rest, signal);
    default:
      process.stderr.write(usage);
      return 2;
  }
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort(new LocalStackError(`stopped by ${name}`)));

try {
  process.exitCode = await run(process.argv.slice(2), stopping.signal);
} catch (error) {
  if (!(error instanceof LocalStackError || error instanceof ConfigError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
