import { runProcess } from '@plumbline/runtime';
import type { ChannelMonitorConfig } from './config.ts';
import { schema } from './config.ts';
import { openChannelMonitor } from './wiring.ts';

await runProcess<ChannelMonitorConfig>({
  service: 'channel-monitor',
  schema,
  open: openChannelMonitor,
});
