import { PostgresDown } from './errors.ts';
import { waitForVersion } from './wait-for.ts';

/** What a reader throws, as its edge says it. */
export interface ReadProblems {
  /** There is none. */
  missing(): Error;
  /** It exists, and the read model does not show it yet. */
  behind(): Error;
  /** Postgres is away, which is no defect of ours; nothing was written. */
  down(cause: PostgresDown): Error;
}

/** Reads, or says that Postgres is away. */
export async function readRows<T>(
  read: () => Promise<T>,
  problems: Pick<ReadProblems, 'down'>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw cause instanceof PostgresDown ? problems.down(cause) : cause;
  }
}

/**
 * A row at the version that this process has answered before, or as it is when that takes too long.
 * `seen` is that version; `null` where it has answered nothing.
 */
export async function readAsAnswered<Row extends { readonly version: bigint }>(options: {
  read(): Promise<Row | null>;
  readonly seen: bigint | null;
  readonly timeoutMs: number;
  readonly problems: ReadProblems;
}): Promise<Row> {
  const { timeoutMs, problems } = options;
  // A refusal of what does not exist has version 0.
  const version = options.seen ?? 0n;
  const read = () => options.read();
  const row = await readRows(
    async () =>
      version === 0n ? read() : (await waitForVersion({ read, version, timeoutMs })).value,
    problems,
  );
  if (row !== null) return row;
  throw version === 0n ? problems.missing() : problems.behind();
}
