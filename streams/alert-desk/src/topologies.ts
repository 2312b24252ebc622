import type { Topology } from '@plumbline/runtime';
import { incidentAlertsTopology } from './incidents/incident-alerts.ts';
import { incidentsTopologyOf } from './incidents/incidents-topology.ts';
import type { IncidentLimits } from './incidents/limits.ts';
import { incidentLimits } from './incidents/limits.ts';
import { channelCountsTopologyOf } from './signals/channel-counts.ts';
import { channelSignalsTopologyOf } from './signals/channel-signals.ts';
import type { SignalLimits } from './signals/limits.ts';
import { signalLimits } from './signals/limits.ts';
import type { DesksTopologyOptions } from './remedies/desks-topology.ts';
import { desksTopology } from './remedies/desks-topology.ts';
import { remediesTopology } from './remedies/remedies-topology.ts';

export interface AlertDeskOptions extends DesksTopologyOptions {
  /** Where an incident is another thing than in production. */
  readonly incidents?: Partial<IncidentLimits>;
  /** The same of what is usual of a channel. */
  readonly signals?: Partial<SignalLimits>;
}

/** All that follows alerts runs in one process: most of the time there is little to do. */
export function alertDeskTopologiesOf(options: AlertDeskOptions): readonly Topology[] {
  const signals = { ...signalLimits, ...options.signals };
  return [
    ...[incidentAlertsTopology, incidentsTopologyOf({ ...incidentLimits, ...options.incidents })],
    ...[channelCountsTopologyOf(signals), channelSignalsTopologyOf(signals)],
    ...[desksTopology(options), remediesTopology],
  ];
}

/** As they run on the local stack. */
export const alertDeskTopologies: readonly Topology[] = alertDeskTopologiesOf({
  ...{ partitions: 4, tenant: 'main' },
});
