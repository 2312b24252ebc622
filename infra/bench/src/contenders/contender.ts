import type { ProcessFigures } from './process-figures.ts';

/** A program that does the alert join, as a process of its own that is looked at from outside. */
export interface Contender {
  readonly name: ContenderName;
  /** How many one start starts. */
  readonly processes: number;
  /** What it had on the broker is gone: it begins as a new application. */
  begin(): void;
  /**
   * Starts a process; several of one contender share the work. A `fresh` one begins with an empty
   * folder of local state, as after the loss of a machine.
   */
  start(options?: StartOptions): Promise<RunningContender>;
}

export type ContenderName =
  | 'plumbline'
  | 'plumbline, two processes'
  | 'plumbline memory'
  | 'kafka-streams rocksdb'
  | 'kafka-streams memory';

export interface StartOptions {
  /** Which of several at once; each has a folder of its own. 0 if unset. */
  readonly instance?: number;
  /** Whether its local state is deleted before. True if unset. */
  readonly fresh?: boolean;
}

export interface RunningContender {
  figures(): Promise<ProcessFigures>;
  readonly logFile: string;
  isAlive(): boolean;
  /** Resolves when all tasks that it was given run, with what it says of its restore. */
  ready(): Promise<Restore>;
  /** Politely; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Of all tasks together. */
export interface Restore {
  /** Changelog records that were read. */
  readonly records: number;
  /** From the first task's assignment to the last one's end of restore. */
  readonly elapsedMs: number;
}
