import { type StackPorts } from './stack-definition.ts';
/** True if nothing listens on the port now. */
export declare function portIsFree(port: number): Promise<boolean>;
/** Distinct ports that nothing listens on. */
export declare function freePorts(count: number): Promise<readonly number[]>;
export declare function freeStackPorts(): Promise<StackPorts>;
/** Errors: {@link LocalStackError} that names every taken port, who wants it, and its variable. */
export declare function requireFreePorts(ports: StackPorts, wanted: readonly (keyof StackPorts)[]): Promise<void>;
