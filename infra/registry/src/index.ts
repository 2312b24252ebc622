export type { RegistryAuth } from './registry-api.ts';
export type { RegistrySchemaIds, RegistrySchemaIdsOptions } from './registry-schema-ids.ts';
export { requiredLevel } from './level.ts';
export { createRegistrySchemaIds } from './registry-schema-ids.ts';
