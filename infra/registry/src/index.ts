export type { RegistryAuth } from './registry-api.ts';
export type { RegistrySchemaIds, RegistrySchemaIdsOptions } from './registry-schema-ids.ts';
export { createRegistrySchemaIds, requiredLevel } from './registry-schema-ids.ts';
