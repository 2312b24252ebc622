import type { Codec, RemediesEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Metrics } from '@plumbline/observability';
import type { TaskObserver } from '@plumbline/runtime';

/** Counts how remedies end, once that is committed. They are read back from what was written. */
export function remedyObserver(metrics: Metrics, codec: Pick<Codec, 'decode'>): TaskObserver {
  const ended = metrics.counter({
    name: 'plumbline_remedies_ended_total',
    help: 'Remedies that ended, by how: done, or refused, failed, rejected, withdrawn',
    labels: ['rule', 'ending'],
  });
  return {
    committed({ batch }) {
      for (const { topic, headers, value } of batch.outputs) {
        if (topic !== topics.remediesEvents.name || headers['ce_type'] !== 'RemedyEnded') continue;
        // The topic holds nothing else; the codec has just written it.
        const event = codec.decode(topic, value) as RemediesEvent;
        if (event.type !== 'RemedyEnded') continue;
        const { rule, ending } = event.data;
        ended.inc({ rule, ending });
      }
    },
  };
}
