import { runProcess } from '@plumbline/runtime';
import type { NotificationsConfig } from './config.ts';
import { delayTopicsOf, schema } from './config.ts';
import { openNotifications } from './wiring.ts';

await runProcess<NotificationsConfig>({
  service: 'notifications',
  schema,
  topics: delayTopicsOf,
  open: openNotifications,
});
