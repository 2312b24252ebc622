import type { AlertsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOf, splitRoutingKey } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import type { NotedAlerts, Step } from './noted-alerts.ts';
import { noAlerts, note } from './noted-alerts.ts';

const store = 'noted';

/** Where all alerts of one rule and tenant meet. */
export const incidentKeyOf = (tenant: string, rule: string): string =>
  `${tenant}/incidents.${rule}`;

/**
 * Says again what becomes of alerts, under the key of tenant and rule, with what only the beginning
 * of an alert tells: so that those of all orders meet on one partition.
 *
 * It owns no topic, since its notes go to the partitions of others. Folded again from nothing it
 * repeats them under the same ids, and each names its place on the alerts topic, by which the task
 * that counts knows it.
 */
export const incidentAlertsTopology: Topology = {
  name: 'incident-alerts',
  ordering: 'arrival',
  paceMs: 25,
  inputs: [{ kind: 'events', topic: topics.alertsEvents.name }, redrives],
  outputs: [topics.incidentsAlerts.name],
  changelog: topics.incidentAlertsChangelog.name,
  deadLetters: topics.incidentAlertsDeadLetters.name,
  stores: [{ name: store }],
  owns: [],
  createProcessor: () => ({
    onRecord,
    onTimer: ({ name }) => {
      throw new Error(`incident-alerts sets no timers, and yet ${name} fired`);
    },
  }),
};

function onRecord(record: InputRecord, context: ProcessorContext): void {
  // What is set for all orders stands under no order's key.
  if (record.payload.type === 'RulesActivated') return;
  const noted = context.store<NotedAlerts>(store);
  const before = noted.get(record.key) ?? noAlerts;
  // The topic holds nothing but these; the codec has checked it.
  const { alerts, step } = note(before, record.payload as AlertsEvent, record.timeMs);
  if (alerts !== before) noted.set(record.key, alerts);
  if (step !== null) emitNote(step, record, context);
}

function emitNote(step: Step, record: InputRecord, context: ProcessorContext): void {
  const { envelope, partition, offset } = record;
  const { tenant, orderNo } = splitRoutingKey(record.key);
  const key = incidentKeyOf(tenant, step.rule);
  const name = context.task.topology;
  const data = {
    ...{ ...step, tenant, orderNo },
    ...{ alertPartition: partition, alertOffset: offset, alertEventId: envelope.id },
  };
  context.emit({
    ...{ topic: topics.incidentsAlerts.name, key },
    payload: { type: 'AlertNoted', data },
    envelope: {
      id: derivedUuid(slotOf(key), 'note', key, envelope.id),
      type: 'AlertNoted',
      source: `/plumbline/${name}`,
      subject: step.alertId,
      timeMs: context.nowMs,
      correlationId: envelope.correlationId,
      causationId: envelope.id,
      actor: `system:${name}`,
      // Notes of one rule come from several tasks: there is no version to count.
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: envelope.traceparent,
    },
  });
}
