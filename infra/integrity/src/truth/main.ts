import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { help, parseOptions, UsageError } from './arguments.ts';
import { runTruth } from './run-truth.ts';
import { serveWorlds } from './worker.ts';

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  const write = (text: string) => void process.stdout.write(text);
  if (options.help) {
    write(help);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  }
  const entry = fileURLToPath(import.meta.url);
  return runTruth({ options, args, entry, signal: stopping.signal, write });
}

if (isMainThread) {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exitCode = 2;
  }
} else {
  serveWorlds();
}
