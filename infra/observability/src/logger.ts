import { Writable } from 'node:stream';
import { createLogger as createWinston, format } from 'winston';
import { currentCorrelation } from './correlation.ts';
import { redact, redactText } from './redact.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

const severity: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

export type LogFields = Readonly<Record<string, unknown>>;

/** All that anything in this system may know of logging. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** Give the error itself as `{ error }`: its stack goes to the log and nowhere else. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

/** The names that every line has. A field with one of them gets a `_` behind it. */
const reserved = new Set(['time', 'level', 'service', 'message']);

/**
 * JSON lines `{"time","level","service","message",…}` to standard output or the given stream,
 * with the correlation id of the request at hand and without secrets.
 */
export function createLogger(options: {
  readonly service: string;
  readonly level: LogLevel;
  readonly stream?: Writable;
}): Logger {
  const winston = createWinston({
    level: options.level,
    levels: { ...severity },
    format: format.printf((info) => {
      const { level, message, fields } = info;
      return lineOf(options.service, level, String(message), fields as LogFields);
    }),
  });
  winston.pipe(linesTo(options.stream ?? process.stdout));
  const write = (level: LogLevel, message: string, fields: LogFields): void => {
    // winston compares levels only for its own transports, and a dropped line should cost nothing.
    if (severity[level] > severity[options.level]) return;
    winston.log({ level, message, fields: { ...currentCorrelation(), ...fields } });
  };
  return loggerOver(write, {});
}

/** The key under which winston's formats leave the finished line (triple-beam's MESSAGE). */
const finishedLine = Symbol.for('message');

const linesTo = (stream: Writable): Writable =>
  new Writable({
    objectMode: true,
    write(info: Readonly<Record<symbol, unknown>>, _encoding, done) {
      stream.write(`${String(info[finishedLine])}
`);
      done();
    },
  });

type Write = (level: LogLevel, message: string, fields: LogFields) => void;

function loggerOver(write: Write, bound: LogFields): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    write(level, message, { ...bound, ...fields });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerOver(write, { ...bound, ...fields }),
  };
}

function lineOf(service: string, level: string, message: string, fields: LogFields): string {
  const line: Record<string, unknown> = {
    time: new Date().toISOString(),
    level,
    service,
    message: redactText(message),
  };
  const shown = redact(fields) as LogFields;
  for (const [key, value] of Object.entries(shown)) {
    line[reserved.has(key) ? `${key}_` : key] = value;
  }
  return JSON.stringify(line);
}

const nothing = () => undefined;

export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
