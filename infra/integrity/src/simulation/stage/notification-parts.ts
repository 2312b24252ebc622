import {
  createPrepare,
  createWorkerReports,
  openDeliveryWorker,
  openSweeper,
} from '@plumbline/notifications';

/** What delivers notifications in production, without the process around it. */
export const notificationParts = {
  ...{ createPrepare, createWorkerReports, openDeliveryWorker },
  openSweeper,
};
export type NotificationParts = typeof notificationParts;
