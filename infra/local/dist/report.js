export const silent = () => undefined;
export const toStderr = (line) => void process.stderr.write(`${line}\n`);
export const toStdout = (line) => void process.stdout.write(`${line}\n`);
/** `3.1 s`, measured from a time of `performance.now()`. */
export const secondsSince = (sinceMs) => `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
const nameColumns = 10;
/** `kafka     ready on …`, so that the parts stand below one another. */
export const partLine = (name, text) => `  ${name.padEnd(nameColumns)}${text}`;
//# sourceMappingURL=report.js.map