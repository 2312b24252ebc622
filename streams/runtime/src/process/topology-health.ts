import type { HealthChecks } from '@plumbline/http';
import type { RunningTopology } from '../run-topology.ts';

/**
 * Ready from the moment when its first tasks run. Tasks that it takes over later do not make it
 * unready again: its edge serves all partitions, whoever decides them, and in a rolling restart
 * every instance would be out just when the others' tasks come to it.
 */
export function topologyHealth(running: readonly RunningTopology[]): HealthChecks {
  return Object.fromEntries(
    running.map((topology) => {
      let began = false;
      const check = () => {
        began ||= topology.ready();
        const tasks = topology.tasks();
        const failed = tasks.find(({ status }) => status === 'failed');
        return { ok: began && failed === undefined, detail: failed?.problem ?? detailOf(tasks) };
      };
      return [`topology ${topology.topology.name}`, check];
    }),
  );
}

/** `0:running 1:running`; with delayed inputs also how many records are not due yet. */
function detailOf(tasks: ReturnType<RunningTopology['tasks']>): string {
  const statuses = tasks.map(({ partition, status }) => `${partition}:${status}`).join(' ');
  const waiting = tasks.flatMap((task) => task.waiting);
  if (waiting.length === 0) return statuses;
  return `${statuses}, ${waiting.reduce((sum, { records }) => sum + records, 0n)} records wait`;
}
