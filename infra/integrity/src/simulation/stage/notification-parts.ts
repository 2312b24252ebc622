import type { createPrepare } from '../../../../../services/notifications/src/delivery/prepare.ts';
import type { createWorkerReports } from '../../../../../services/notifications/src/worker-reports.ts';
import type { openDeliveryWorker } from '../../../../../services/notifications/src/worker/delivery-worker.ts';

/** What delivers notifications in production, without the process around it. */
export interface NotificationParts {
  readonly createPrepare: typeof createPrepare;
  readonly createWorkerReports: typeof createWorkerReports;
  readonly openDeliveryWorker: typeof openDeliveryWorker;
}

/**
 * They stand in no index yet: sources find sources, and what is built finds what is built. Once
 * `@plumbline/notifications` exports the three, this file is those imports.
 */
const isSource = import.meta.url.endsWith('.ts');
const root = new URL(
  `../../../../../services/notifications/${isSource ? 'src' : 'dist'}/`,
  import.meta.url,
);

// Each file exports what it is asked for, as the types above say.
const load = async (name: string): Promise<Partial<NotificationParts>> =>
  (await import(
    /* @vite-ignore */ new URL(`${name}${isSource ? '.ts' : '.js'}`, root).href
  )) as Partial<NotificationParts>;

let loaded: Promise<NotificationParts> | null = null;

async function loadAll(): Promise<NotificationParts> {
  const names = ['delivery/prepare', 'worker-reports', 'worker/delivery-worker'];
  const all = await Promise.all(names.map(load));
  return Object.assign({}, ...all) as NotificationParts;
}

/** Once for all who ask; before a simulated process begins, which must wait for nothing real. */
export function loadNotificationParts(): Promise<NotificationParts> {
  loaded ??= loadAll();
  return loaded;
}
