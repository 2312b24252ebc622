import { processConfig, streamConfig } from '@plumbline/config';

export const schema = processConfig(streamConfig({ port: 8094 }));
