import type { Topology } from '@plumbline/runtime';
import { incidentAlertsTopology } from './incidents/incident-alerts.ts';
import { incidentsTopology } from './incidents/incidents-topology.ts';
import { channelCountsTopology } from './signals/channel-counts.ts';
import { channelSignalsTopology } from './signals/channel-signals.ts';
import type { DesksTopologyOptions } from './remedies/desks-topology.ts';
import { desksTopology } from './remedies/desks-topology.ts';
import { remediesTopology } from './remedies/remedies-topology.ts';

/** All that follows alerts runs in one process: most of the time there is little to do. */
export const alertDeskTopologiesOf = (options: DesksTopologyOptions): readonly Topology[] => [
  ...[incidentAlertsTopology, incidentsTopology],
  ...[channelCountsTopology, channelSignalsTopology],
  ...[desksTopology(options), remediesTopology],
];

/** As they run on the local stack. */
export const alertDeskTopologies: readonly Topology[] = alertDeskTopologiesOf({
  ...{ partitions: 4, tenant: 'main' },
});
