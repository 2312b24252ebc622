import type { Metrics } from '@plumbline/observability';

/** Counts and times the commands of one topic. */
export function measurementsOf(metrics: Metrics, topic: string) {
  const seconds = metrics.histogram({
    name: 'plumbline_command_seconds',
    help: 'From a command at the edge to its answer',
    labels: ['topic', 'result'],
  });
  const underWay = metrics.gauge({
    name: 'plumbline_commands_in_flight',
    help: 'Commands at the edge that are under way',
    labels: ['topic'],
  });
  return {
    inFlight: (now: number): void => underWay.set(now, { topic }),
    begin: (): ((result: string) => void) => {
      const startedAt = performance.now();
      return (result) => {
        seconds.observe((performance.now() - startedAt) / 1e3, { topic, result });
      };
    },
  };
}
