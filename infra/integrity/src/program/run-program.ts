import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { UsageError } from './usage.ts';

/** What a program has beside its options. */
export interface ProgramContext<Options> {
  readonly options: Options;
  readonly args: readonly string[];
  /** The script that serves orders when it runs as a worker. */
  readonly entry: string;
  readonly signal: AbortSignal;
  readonly write: (text: string) => void;
}

interface Program<Options> {
  /** `import.meta.url` of its main module. */
  readonly url: string;
  readonly help: string;
  /** Errors: {@link UsageError}. */
  parse(args: readonly string[]): Options;
  /** Gives the exit code. */
  run(context: ProgramContext<Options>): Promise<number>;
  /** What its main module does where a pool has started it as a worker. */
  serve(): void;
}

/** Runs a program whose threads are started with its own main module. */
export async function runProgram<Options extends { readonly help: boolean }>(
  program: Program<Options>,
): Promise<void> {
  if (!isMainThread) {
    program.serve();
    return;
  }
  try {
    process.exitCode = await run(program, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${program.help}`);
    process.exitCode = 2;
  }
}

async function run<Options extends { readonly help: boolean }>(
  program: Program<Options>,
  args: readonly string[],
): Promise<number> {
  const options = program.parse(args);
  const write = (text: string) => void process.stdout.write(text);
  if (options.help) {
    write(program.help);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  }
  const entry = fileURLToPath(program.url);
  return program.run({ options, args, entry, signal: stopping.signal, write });
}
