/** A column of a table of results of one kind. */
export interface Column<R> {
  readonly title: string;
  readonly width: number;
  cell(result: R): string;
}

/** Names stand at the left of their column, numbers at the right. */
export const name = <R>(title: string, width: number, cell: (r: R) => string): Column<R> => ({
  ...{ title: title.padEnd(width), width },
  cell: (result) => cell(result).padEnd(width),
});
export const number = <R>(title: string, width: number, cell: (r: R) => string): Column<R> => ({
  ...{ title: title.padStart(width), width },
  cell: (result) => cell(result).padStart(width),
});

export const whole = (value: number | null): string =>
  value === null || !Number.isFinite(value) ? '-' : String(Math.round(value));
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
export const ms = (value: number | null): string => `${whole(value)} ms`;

/** Processor time of each program, in cores. */
export const coresText = (cores: Readonly<Record<string, number>>): string =>
  Object.entries(cores)
    .map(([program, share]) => `${program} ${share.toFixed(2)}`)
    .join(', ');
