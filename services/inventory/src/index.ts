export type { InventoryConfig } from './config.ts';
export { schema as inventoryConfig } from './config.ts';
export { itemDecider } from './domain/item/item.ts';
export { inventoryErrorCodes } from './http/error-codes.ts';
export { inventoryProjection } from './projections/items.ts';
export { inventoryTopology } from './topology.ts';
export { openInventory } from './wiring.ts';
