import type { HomeFolders } from '../paths.ts';
import type { Report } from '../report.ts';
import type { PartName, StackPorts } from '../stack-definition.ts';

/** What a part needs to know to run. */
export interface PartContext {
  readonly folders: HomeFolders;
  readonly cacheFolder: string;
  readonly ports: StackPorts;
  readonly report: Report;
  /** Whether it lives for minutes: then a quick start matters more than peak speed. */
  readonly brief?: boolean;
  /** Aborting it ends downloads and starts. */
  readonly signal?: AbortSignal;
}

/** How to start it. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** One server of the stack. */
export interface Part {
  readonly name: PartName;
  readonly ports: readonly (keyof StackPorts)[];
  /** What must be healthy before it starts. */
  readonly after: readonly PartName[];
  readonly stopSignal: NodeJS.Signals;
  /** Ends it at once, where its data is deleted afterwards. */
  readonly discardSignal: NodeJS.Signals;
  /** Fetches what is missing, makes its folders; may run often, and may be interrupted. */
  prepare(context: PartContext): Promise<Launch>;
  /** Speaks its protocol. Errors: any, while it is not able to serve. */
  check(context: PartContext): Promise<void>;
  /** Once it serves: what it must contain. Idempotent. */
  furnish?(context: PartContext): Promise<void>;
  /** Folders outside the home that belong to it: see postgres. */
  extraFolders?(context: Pick<PartContext, 'folders'>): readonly string[];
}
