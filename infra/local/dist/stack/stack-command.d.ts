export declare const stackHelp: string;
/** Runs `stack …`. Returns the exit code. Errors: LocalStackError, ConfigError. */
export declare function stackCommand(args: readonly string[], signal: AbortSignal): Promise<number>;
