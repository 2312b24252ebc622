import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';

/** The remedy of an alert: there is one, however often the alert is heard. Also the id of a refund. */
export const remedyIdOf = (key: string, alertId: string): string =>
  derivedUuid(slotOfRecordKey(key), 'remedy', alertId);

/** The one command of a remedy. It is never another, whoever sends it and however often. */
export const effectIdOf = (key: string, remedyId: string): string =>
  derivedUuid(slotOfRecordKey(key), 'remedy-command', remedyId);
