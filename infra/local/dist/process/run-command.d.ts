export interface CommandOptions {
    readonly command: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly uid?: number;
    readonly gid?: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
    readonly onLine?: (line: string) => void;
}
export interface CommandResult {
    readonly code: number | null;
    /** What it wrote, both streams, the last 200 lines. */
    readonly output: readonly string[];
}
/** Runs a short-lived command. Errors: {@link LocalStackError} if it cannot be run or is too slow. */
export declare function runCommand(options: CommandOptions): Promise<CommandResult>;
