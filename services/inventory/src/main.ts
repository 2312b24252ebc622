import { runProcess } from '@plumbline/runtime';
import type { InventoryConfig } from './config.ts';
import { schema } from './config.ts';
import { openInventory } from './wiring.ts';

await runProcess<InventoryConfig>({ service: 'inventory', schema, open: openInventory });
