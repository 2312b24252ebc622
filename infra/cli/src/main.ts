#!/usr/bin/env node
import { runCli } from './run-cli.ts';
import { createOutput } from './session/output.ts';
import { createSession } from './session/session.ts';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));

// `plumbline … | head` closes the pipe when it has enough: that ends the command, in order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stopping.abort(error);
});

const exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  out: createOutput(process),
  signal: stopping.signal,
  createSession,
});
// Exit once everything is written; a client that keeps a socket open must not keep the process.
process.stdout.write('', () => process.exit(exitCode));
