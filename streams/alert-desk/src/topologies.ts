import type { Topology } from '@plumbline/runtime';
import { incidentAlertsTopology } from './incidents/incident-alerts.ts';
import { incidentsTopologyOf } from './incidents/incidents-topology.ts';
import type { IncidentLimits } from './incidents/limits.ts';
import { incidentLimits } from './incidents/limits.ts';
import { channelCountsTopology } from './signals/channel-counts.ts';
import { channelSignalsTopology } from './signals/channel-signals.ts';
import type { DesksTopologyOptions } from './remedies/desks-topology.ts';
import { desksTopology } from './remedies/desks-topology.ts';
import { remediesTopology } from './remedies/remedies-topology.ts';

export interface AlertDeskOptions extends DesksTopologyOptions {
  /** Where an incident is another thing than in production. */
  readonly incidents?: Partial<IncidentLimits>;
}

/** All that follows alerts runs in one process: most of the time there is little to do. */
export const alertDeskTopologiesOf = (options: AlertDeskOptions): readonly Topology[] => [
  ...[incidentAlertsTopology, incidentsTopologyOf({ ...incidentLimits, ...options.incidents })],
  ...[channelCountsTopology, channelSignalsTopology],
  ...[desksTopology(options), remediesTopology],
];

/** As they run on the local stack. */
export const alertDeskTopologies: readonly Topology[] = alertDeskTopologiesOf({
  ...{ partitions: 4, tenant: 'main' },
});
