import { type Environment } from '@plumbline/config';
import { z } from 'zod';
import { type StackPorts } from './stack-definition.ts';
/** The environment of the local stack. */
export declare const localConfigSchema: z.ZodObject<{
    PLUMBLINE_HOME: z.ZodOptional<z.ZodString>;
    PLUMBLINE_CACHE: z.ZodOptional<z.ZodString>;
    PLUMBLINE_KAFKA_PORT: z.ZodDefault<z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>, z.ZodNumber>>;
    PLUMBLINE_KAFKA_CONTROLLER_PORT: z.ZodDefault<z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>, z.ZodNumber>>;
    PLUMBLINE_REGISTRY_PORT: z.ZodDefault<z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>, z.ZodNumber>>;
    PLUMBLINE_POSTGRES_PORT: z.ZodDefault<z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>, z.ZodNumber>>;
    PLUMBLINE_REDIS_PORT: z.ZodDefault<z.ZodPipe<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>, z.ZodNumber>>;
}, z.core.$strip>;
export interface LocalConfig {
    readonly home: string;
    readonly cacheFolder: string;
    readonly ports: StackPorts;
}
/** Errors: ConfigError with every problem at once. */
export declare function localConfig(env: Environment): LocalConfig;
