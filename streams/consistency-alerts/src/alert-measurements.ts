import type { AlertRaised, AlertsEvent, Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Metrics } from '@plumbline/observability';
import type { TaskObserver } from '@plumbline/runtime';

/** An alert is promised within a second of its deadline; what is later by minutes is an outage. */
const latenessBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 15, 60, 300, 1_800];

/** Types without which an output need not be read again. */
const measured: ReadonlySet<unknown> = new Set(['AlertRaised', 'AlertResolved', 'AlertReopened']);

/**
 * Counts alerts once they are committed, so that one whose transaction failed is none. They are read
 * back from what was written: alerts are few beside what they are about.
 */
export function alertObserver(metrics: Metrics, codec: Pick<Codec, 'decode'>): TaskObserver {
  const raised = metrics.counter({
    name: 'plumbline_alerts_raised_total',
    help: 'Alerts raised, in committed transactions',
    labels: ['rule', 'severity'],
  });
  const ended = metrics.counter({
    name: 'plumbline_alerts_ended_total',
    help: 'Alerts that ended, by how: by a person, by the log, or by an alert in their place',
    labels: ['rule', 'resolution'],
  });
  const reopened = metrics.counter({
    name: 'plumbline_alerts_reopened_total',
    help: 'Alerts that had ended and stand again',
    labels: ['rule'],
  });
  const lateness = metrics.histogram({
    name: 'plumbline_alert_lateness_seconds',
    help: "From an alert's deadline, or the event that is enough, to its commit, by the brokers' clock",
    labels: ['rule'],
    buckets: latenessBuckets,
  });

  function onRaised({ rule, severity, detectedAt }: AlertRaised, brokerNowMs: number | null): void {
    raised.inc({ rule, severity });
    if (brokerNowMs === null) return;
    lateness.observe(Math.max(0, brokerNowMs - detectedAt) / 1e3, { rule });
  }

  return {
    committed({ batch, brokerNowMs }) {
      for (const { topic, headers, value } of batch.outputs) {
        if (topic !== topics.alertsEvents.name || !measured.has(headers['ce_type'])) continue;
        // The topic holds nothing else; the codec has just written it.
        const event = codec.decode(topic, value) as AlertsEvent;
        if (event.type === 'AlertRaised') onRaised(event.data, brokerNowMs);
        if (event.type === 'AlertResolved') {
          const { rule, resolution } = event.data;
          ended.inc({ rule, resolution });
        }
        if (event.type === 'AlertReopened') reopened.inc({ rule: event.data.rule });
      }
    },
  };
}
