import { type Report } from '../report.ts';
import { type PartName, type StackPorts } from '../stack-definition.ts';
import { type StackAddresses } from './addresses.ts';
import { type RunState } from './run-state.ts';
import { type RunningPart } from './running-parts.ts';
export interface OpenStackOptions {
    /** Folder of data, logs and run state. Unset: a temporary one, deleted by `stop`. */
    readonly home?: string;
    /** `free` for tests, `default` for the well-known ports as the environment changes them. */
    readonly ports: 'free' | 'default' | StackPorts;
    /** Which servers; all four if unset. The registry needs Kafka. */
    readonly parts?: readonly PartName[];
    readonly cacheFolder?: string;
    /** Called with one line for each step. */
    readonly report?: Report;
    /** Shown to others who want the same home. */
    readonly purpose?: string;
    /** Aborting it while the stack starts stops what was started and rejects. */
    readonly signal?: AbortSignal;
    /** Called when a part ends although nobody here stopped or killed it. */
    readonly onPartLost?: (name: PartName) => void;
}
/** A running stack that ends with this process, however this process ends. */
export interface Stack extends StackAddresses {
    readonly home: string;
    readonly ports: StackPorts;
    pid(name: PartName): number;
    logFile(name: PartName): string;
    /** Sends a signal to a part, SIGKILL if none is named, and does not wait for what follows. */
    killPart(name: PartName, signal?: NodeJS.Signals): void;
    /** Stops the part if it runs and starts it again on the same port, with the same data. */
    restartPart(name: PartName): Promise<void>;
    /** Stops everything; may be called again. */
    stop(): Promise<void>;
}
/**
 * Starts servers of their own: for tests, the demo and `start`.
 *
 * Errors: LocalStackError with what to do about it; then nothing is left running.
 */
export declare function openStack(options: OpenStackOptions): Promise<Stack>;
/** What the run file says. */
export declare function runStateOf(ports: StackPorts, owner: RunState['owner'], running: ReadonlyMap<PartName, RunningPart>): RunState;
