import { topics } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedOperation } from '../plan/operations.ts';
import type { Command } from './client.ts';

/** A notification as the read model shows it to whoever looks. */
interface Row {
  readonly notification_id: string;
  readonly aggregate_key: string;
  readonly endpoint_id: string | null;
  readonly status: string;
  readonly created_at: Date;
}

const waiting: readonly string[] = ['PENDING', 'FAILED'];
const due: readonly string[] = ['NOTIFYING', 'RETRYING'];
const ended: readonly string[] = ['SUCCESS', 'RETRY_FAILED'];

/**
 * The commands of an operation, as somebody would ask who looks at the read model now: it may be
 * behind, and what it shows may be over when the command is decided. Empty where there is nothing.
 */
export function operationCommands(
  { index, kind }: PlannedOperation,
  of: { readonly model: MemoryReadModel | undefined; readonly random: Random },
): readonly Command[] {
  const { model, random } = of;
  // The projection's own table: its columns are these.
  const rows = (model?.rows('notifications') ?? []) as unknown as readonly Row[];
  const reason = `operation ${index}`;
  /** Mostly one that may be asked for; sometimes any, to be refused. */
  const chosen = (statuses: readonly string[]): readonly Row[] => {
    const fitting = rows.filter(({ status }) => statuses.includes(status));
    const among = fitting.length > 0 && random.chance(0.65) ? fitting : rows;
    return among.length === 0 ? [] : [random.pick(among)];
  };
  const commandTo = ({ aggregate_key: key, notification_id: id }: Row, payload: Payload) => ({
    ...{ id: `operation-${index}-${id}`, topic: topics.notificationsCommands.name },
    ...{ key, subject: id, payload },
  });
  switch (kind) {
    case 'retry':
      return chosen(waiting).map((row) => {
        const data = { notificationId: row.notification_id, paymentId: null, reason };
        return commandTo(row, { type: 'RetryNotification', data });
      });
    case 'abandon':
      return chosen([...due, ...due, ...waiting]).map((row) => {
        const data = { notificationId: row.notification_id, paymentId: null, reason };
        return commandTo(row, { type: 'AbandonNotification', data });
      });
    case 'replay':
      return chosen(ended).map((row) => commandTo(row, replayOf(row, reason)));
    case 'replay-many':
      return matching(rows, random).map((row) => commandTo(row, replayOf(row, reason)));
    default:
      return unreachable(kind);
  }
}

const replayOf = ({ notification_id: notificationId }: Row, reason: string): Payload => ({
  type: 'ReplayNotification',
  data: { notificationId, reason },
});

/** By endpoint, status and time, the oldest first, up to a limit. */
function matching(rows: readonly Row[], random: Random): readonly Row[] {
  const usedUp = rows.filter(({ status }) => status === 'RETRY_FAILED');
  const found = usedUp.length > 0 ? usedUp : rows.filter(({ status }) => status === 'SUCCESS');
  const [one] = random.shuffle(found);
  if (one === undefined) return [];
  return found
    .filter(({ endpoint_id: id }) => id === one.endpoint_id)
    .filter(({ created_at: at }) => at >= one.created_at)
    .sort((a, b) => a.created_at.getTime() - b.created_at.getTime())
    .slice(0, limits.replayedMax);
}
