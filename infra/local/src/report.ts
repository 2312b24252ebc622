/** Says what is going on, one line each. */
export type Report = (line: string) => void;

export const silent: Report = () => undefined;

export const toStderr: Report = (line) => void process.stderr.write(`${line}\n`);
export const toStdout: Report = (line) => void process.stdout.write(`${line}\n`);

/** `3.1 s`, measured from a time of `performance.now()`. */
export const secondsSince = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;

const nameColumns = 10;

/** `kafka     ready on …`, so that the parts stand below one another. */
export const partLine = (name: string, text: string): string =>
  `  ${name.padEnd(nameColumns - 1)} ${text}`;
