import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { InventoryConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openInventory } from '../wiring.ts';

export type TestInventory = TestProcess<InventoryConfig>;

/** The whole process but its signals, on a free port, against real servers. */
export const openTestInventory = (): Promise<TestInventory> =>
  openTestProcess<InventoryConfig>({ service: 'inventory', schema, open: openInventory });
