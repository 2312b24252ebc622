export type { SchemaIdsPromise } from './schema-ids-contract.ts';
export { schemaIdsContract } from './schema-ids-contract.ts';
