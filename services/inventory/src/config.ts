import { processConfig, serviceConfig } from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig(serviceConfig({ port: 8084 }));

export type InventoryConfig = z.output<typeof schema>;
