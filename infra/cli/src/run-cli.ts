import type { Environment } from '@plumbline/config';
import { ConfigError, parseConfig, secretValuesOf } from '@plumbline/config';
import { SchemasUnavailable } from '@plumbline/events';
import { Unavailable, UnknownTopic } from '@plumbline/kafka';
import { redactText, registerSecret } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { CommanderError, type Command } from 'commander';
import type { CliConfig } from './config.ts';
import { cliConfig } from './config.ts';
import { createProgram } from './program.ts';
import type { ExitCode } from './session/failure.ts';
import { CliFailure, firstLine } from './session/failure.ts';
import type { Output } from './session/output.ts';
import type { Session, SessionOptions } from './session/session.ts';

export interface CliOptions {
  /** Without the names of node and the script. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly out: Output;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  createSession(options: SessionOptions): Session;
}

/** Runs one command; resolves with its exit code and throws nothing. */
export async function runCli(options: CliOptions): Promise<ExitCode> {
  const { out, signal } = options;
  let exitCode: ExitCode = 0;
  const program = createProgram(async (work) => {
    const session = options.createSession({ config: configOf(options), out, signal });
    try {
      exitCode = await work(session);
    } finally {
      await session.close();
    }
  });
  withoutExit(program, out);
  try {
    await program.parseAsync([...options.args], { from: 'user' });
    return exitCode;
  } catch (error) {
    out.progressDone();
    if (signal.aborted) {
      out.note('interrupted');
      return 1;
    }
    return told(error, out);
  }
}

function configOf({ env }: CliOptions): CliConfig {
  const config = parseConfig(cliConfig, env);
  for (const secret of secretValuesOf(cliConfig, config)) registerSecret(secret);
  return config;
}

/** commander would end the process in the middle of things, and write past our output. */
function withoutExit(command: Command, out: Output): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => out.line(text.trimEnd()),
    writeErr: (text) => out.note(text.trimEnd()),
  });
  for (const each of command.commands) withoutExit(each, out);
}

function told(error: unknown, out: Output): ExitCode {
  if (error instanceof CommanderError) {
    // Asking for help is no mistake; leaving out a subcommand is one, and shows the help as well.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof ConfigError) {
    out.note(redactText(error.message));
    return 2;
  }
  if (error instanceof CliFailure) {
    out.note(redactText(error.message));
    return error.exitCode;
  }
  out.note(redactText(`plumbline: ${whatFailed(error)}${firstLine(error)}`));
  return 1;
}

function whatFailed(error: unknown): string {
  if (error instanceof Unavailable) return 'Kafka went away (PLUMBLINE_KAFKA_BROKERS): ';
  if (error instanceof SchemasUnavailable)
    return 'the schema registry went away (PLUMBLINE_REGISTRY_URL): ';
  if (error instanceof PostgresDown) return 'Postgres went away (PLUMBLINE_POSTGRES_URL): ';
  if (error instanceof UnknownTopic) return 'a topic is missing, see plumbline doctor: ';
  return '';
}
