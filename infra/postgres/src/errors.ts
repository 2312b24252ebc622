/** Postgres does not answer, or not in time. Nothing is known to be wrong with the statement. */
export class PostgresDown extends Error {
  override readonly name = 'PostgresDown';
}

/**
 * A projection stops and a person is needed: its position no longer fits the log, its schema is
 * newer than the code, its own SQL is wrong. The message says what to do.
 */
export class ProjectionStopped extends Error {
  override readonly name = 'ProjectionStopped';
}

/**
 * For a projection's `apply`: this record can never be applied. It goes to the dead letters with
 * this reason, and later records of its key wait behind it.
 */
export class UnprojectableRecord extends Error {
  override readonly name = 'UnprojectableRecord';
  /** UPPER_SNAKE_CASE, in the dead letter. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A rebuild cannot be made or compared as things are. The message says why, and what can be done. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused';
}

/** A parked key cannot be redriven as it is. The message says why, and what can be done. */
export class RedriveRefused extends Error {
  override readonly name = 'RedriveRefused';
}

/** The database holds no tables of this projection. */
export class ProjectionMissing extends Error {
  override readonly name = 'ProjectionMissing';
  constructor(schema: string) {
    super(
      `the read model ${schema} has no tables in this database: start a process that keeps it, or ` +
        'set PLUMBLINE_POSTGRES_URL to the database that has it',
    );
  }
}

/** What an error of a statement says about trying again. */
export type SqlProblem =
  /** The server is away, stopping, full or too slow. */
  | 'down'
  /** A deadlock or serialisation failure: the same again will do. */
  | 'conflict'
  /** The value does not fit: the record is at fault. */
  | 'value'
  /** The statement itself is wrong, or not allowed: the code or the set-up is at fault. */
  | 'statement'
  /** No error of a statement. */
  | 'other';

/** Classes of SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const problemOfClass: Readonly<Record<string, SqlProblem>> = {
  '08': 'down', // connection exception
  '28': 'down', // invalid authorisation
  '3D': 'down', // no such database
  '53': 'down', // insufficient resources
  '57': 'down', // operator intervention: shutting down, cancelled by its time-out
  '58': 'down', // system error
  XX: 'down', // internal error, corruption
  '25': 'down', // read-only after a failover; ended because idle in transaction
  '40': 'conflict', // deadlock, serialisation
  '55': 'conflict', // lock not available
  '22': 'value', // data exception
  '23': 'value', // integrity constraint
  '54': 'value', // program limit exceeded: an index row that is too large
  '0A': 'statement', // feature not supported
  '42': 'statement', // syntax error or access rule
  '3F': 'statement', // no such schema
};

const downCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What pg, tarn and knex say without a code; knex puts the statement and a dash before it. */
const downMessages =
  /(?:^| - )(Connection terminated|Query read timeout|timeout expired|timeout exceeded|Client has encountered a connection error|Client was closed|Unable to acquire a connection|aborted$)/;

export function sqlProblemOf(error: unknown): SqlProblem {
  if (error instanceof PostgresDown) return 'down';
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (downCodes.has(code)) return 'down';
  if (error.name === 'KnexTimeoutError' || error.name === 'TimeoutError') return 'down';
  if (error.name === 'AggregateError') return 'down';
  if (downMessages.test(error.message)) return 'down';
  if (/^[0-9A-Z]{5}$/.test(code)) return problemOfClass[code.slice(0, 2)] ?? 'statement';
  return 'other';
}

/** An error's own words, without the statement that knex puts before them. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(wordsOf).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  const dash = sqlProblemOf(error) === 'other' ? -1 : error.message.lastIndexOf(' - ');
  return dash < 0 ? error.message : error.message.slice(dash + 3);
}
