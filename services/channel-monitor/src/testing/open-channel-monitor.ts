import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import type { ChannelMonitorConfig } from '../config.ts';
import { schema } from '../config.ts';
import { openChannelMonitor } from '../wiring.ts';

export type TestChannelMonitor = TestProcess<ChannelMonitorConfig>;

/** The whole process but its signals, on a free port, against real servers. */
export const openTestChannelMonitor = (
  env: Readonly<Record<string, string>> = {},
): Promise<TestChannelMonitor> =>
  openTestProcess<ChannelMonitorConfig>({
    ...{ service: 'channel-monitor', schema, open: openChannelMonitor, env },
  });
