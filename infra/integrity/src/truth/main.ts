import { runProgram } from '../program/run-program.ts';
import { help, parseOptions } from './arguments.ts';
import { runTruth } from './run-truth.ts';
import { serveWorlds } from './worker.ts';

await runProgram({
  ...{ url: import.meta.url, help },
  parse: parseOptions,
  run: runTruth,
  serve: serveWorlds,
});
