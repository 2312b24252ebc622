import { type ProcessIdentity } from './identity.ts';
export interface ChildOptions {
    readonly command: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly cwd?: string;
    readonly uid?: number;
    readonly gid?: number;
    /** What it writes is appended here. */
    readonly logFile: string;
    /** The polite signal of this program. */
    readonly stopSignal: NodeJS.Signals;
}
export interface Exit {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}
/** A running child that ends when this process ends, however it ends, until it is released. */
export interface Child {
    readonly identity: ProcessIdentity;
    readonly exited: Promise<Exit>;
    /** `null` while it runs. */
    exit(): Exit | null;
    /** Lets it outlive this process. */
    release(): Promise<void>;
}
/** Errors: {@link LocalStackError} when the command does not exist or cannot be run. */
export declare function startChild(options: ChildOptions): Promise<Child>;
