import { processConfig, serviceConfig } from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig(serviceConfig({ port: 8086 }));

export type QueriesConfig = z.output<typeof schema>;
