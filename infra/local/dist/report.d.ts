/** Says what is going on, one line each. */
export type Report = (line: string) => void;
export declare const silent: Report;
export declare const toStderr: Report;
export declare const toStdout: Report;
/** `3.1 s`, measured from a time of `performance.now()`. */
export declare const secondsSince: (sinceMs: number) => string;
/** `kafka     ready on …`, so that the parts stand below one another. */
export declare const partLine: (name: string, text: string) => string;
