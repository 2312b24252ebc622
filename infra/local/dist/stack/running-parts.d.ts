import type { PartContext } from '../parts/part.ts';
import { type Child } from '../process/child.ts';
import { type Ending, type ProcessIdentity } from '../process/identity.ts';
import { type PartName } from '../stack-definition.ts';
export interface RunningPart {
    readonly name: PartName;
    readonly child: Child;
    readonly startedAt: string;
}
export declare const logFileOf: (context: Pick<PartContext, "folders">, name: string) => string;
/**
 * Starts one part and waits until it answers. `onStarted` is called as soon as there is a process,
 * so that it can be written down.
 *
 * Errors: {@link LocalStackError} with the end of its log when it ends or does not answer; then
 * nothing of it is left running.
 */
export declare function startPart(name: PartName, context: PartContext, options?: {
    /** Waited for after the preparation (which may download) and before the start. */
    readonly needs?: Promise<unknown>;
    readonly onStarted?: (part: RunningPart) => Promise<void>;
}): Promise<RunningPart>;
/** The last lines of a log, for an error message. */
export declare function logTail(context: Pick<PartContext, 'folders'>, name: string): Promise<string>;
export declare const stopPart: (name: PartName, identity: ProcessIdentity) => Promise<Ending>;
/** Stops the given parts, each even if another could not be stopped. */
export declare function stopParts(parts: ReadonlyMap<PartName, ProcessIdentity>, onStopped?: (name: PartName, ending: Ending) => void): Promise<void>;
/**
 * Starts the given parts, each as soon as what it needs is healthy. When one fails, or the signal
 * aborts, those that this call started are stopped again.
 */
export declare function startParts(names: readonly PartName[], context: PartContext, onStarted: (part: RunningPart) => Promise<void>): Promise<ReadonlyMap<PartName, RunningPart>>;
