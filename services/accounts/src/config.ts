import { processConfig, serviceConfig } from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig(serviceConfig({ port: 8085 }));

export type AccountsConfig = z.output<typeof schema>;
