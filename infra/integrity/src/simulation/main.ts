import { runProgram } from '../program/run-program.ts';
import { help, parseOptions } from './campaign/arguments.ts';
import { runSimulate } from './campaign/run-simulate.ts';
import { serveSeeds } from './campaign/worker.ts';

await runProgram({
  ...{ url: import.meta.url, help },
  parse: parseOptions,
  run: runSimulate,
  serve: serveSeeds,
});
