import { createPrepare, createWorkerReports, openDeliveryWorker } from '@plumbline/notifications';

/** What delivers notifications in production, without the process around it. */
export const notificationParts = { createPrepare, createWorkerReports, openDeliveryWorker };
export type NotificationParts = typeof notificationParts;
