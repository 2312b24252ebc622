import { z } from 'zod';
import { type ProcessIdentity } from '../process/identity.ts';
import { type PartName } from '../stack-definition.ts';
declare const runStateSchema: z.ZodObject<{
    ports: z.ZodObject<{
        kafka: z.ZodNumber;
        kafkaController: z.ZodNumber;
        registry: z.ZodNumber;
        postgres: z.ZodNumber;
        redis: z.ZodNumber;
    }, z.core.$strip>;
    owner: z.ZodOptional<z.ZodObject<{
        purpose: z.ZodString;
        pid: z.ZodNumber;
        startToken: z.ZodString;
    }, z.core.$strip>>;
    parts: z.ZodRecord<z.ZodEnum<{
        kafka: "kafka";
        registry: "registry";
        postgres: "postgres";
        redis: "redis";
    }> & z.core.$partial, z.ZodObject<{
        startedAt: z.ZodString;
        pid: z.ZodNumber;
        startToken: z.ZodString;
    }, z.core.$strip>>;
}, z.core.$strip>;
/** Which processes make up the stack of a home. */
export type RunState = z.infer<typeof runStateSchema>;
/** `null` when nothing was started, or everything was stopped. */
export declare function readRunState(file: string): Promise<RunState | null>;
/** Whole or not at all. */
export declare function writeRunState(file: string, state: RunState): Promise<void>;
export declare const removeRunState: (file: string) => Promise<void>;
/** The parts that run now. */
export declare function livingParts(state: RunState | null): ReadonlyMap<PartName, ProcessIdentity>;
/** When the owner of the parts was killed, their watchers are stopping them: waits for that. */
export declare function waitForOrphans(state: RunState | null): Promise<void>;
export {};
