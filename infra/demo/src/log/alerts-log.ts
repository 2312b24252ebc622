import { activateRules } from '@plumbline/consistency-alerts';
import type { AlertsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { FoundAlert } from '../compare/compare.ts';
import type { LogAccess, Place } from './open-log-access.ts';
import { readFrom } from './open-log-access.ts';

const alertsTopic = topics.alertsEvents.name;

/** What the alerts topic says from the given places on. */
export async function alertsFrom(
  access: LogAccess,
  from: readonly Place[],
): Promise<readonly FoundAlert[]> {
  const { log, codec } = access;
  const places = from.filter(({ topic }) => topic === alertsTopic);
  const records = await readFrom(log, places);
  for (const { value } of records) {
    const unknown = codec.needs(value);
    if (unknown !== null) await codec.learn(unknown);
  }
  return records.flatMap(({ value }): FoundAlert[] => {
    // The catalogue ties the topic to this union, and the codec checks it.
    const event = codec.decode(alertsTopic, value) as AlertsEvent;
    if (event.type !== 'AlertRaised' && event.type !== 'AlertResolved') return [];
    const { alertId, orderNo, rule } = event.data;
    return [{ alertId, orderNo, rule, kind: event.type === 'AlertRaised' ? 'raised' : 'resolved' }];
  });
}

/**
 * Sets Rule A's grace on every partition, and waits until every task has answered: it has then also
 * judged every order and payment event that was in the log before.
 *
 * Errors: when a task does not answer within `timeoutMs`, or refuses.
 */
export async function setGrace(
  { log, codec }: LogAccess,
  options: { readonly graceMs: number; readonly reason: string; readonly timeoutMs: number },
): Promise<void> {
  const [described] = await log.describeTopics([topics.alertsCommands.name]);
  const rule = { rule: 'A', version: 1, enabled: true, graceMs: options.graceMs, values: [] };
  const answers = await activateRules({
    ...{ log, codec, partitions: described?.partitions ?? 0, tenant: 'main' },
    data: { rules: [rule], reason: options.reason },
    ...{ actor: 'operator:demo', source: '/plumbline/demo', waitMs: options.timeoutMs },
  });
  const wrong = answers.find(({ status }) => status !== 'ACCEPTED');
  if (wrong !== undefined) {
    const { partition, status, message } = wrong;
    throw new Error(`the rules of partition ${partition} are not set: ${status} ${message ?? ''}`);
  }
}
