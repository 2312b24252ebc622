import type { Topology } from '@plumbline/runtime';
import { incidentAlertsTopology } from './incidents/incident-alerts.ts';
import { incidentsTopology } from './incidents/incidents-topology.ts';

/** All that follows alerts runs in one process: most of the time there is little to do. */
export const alertDeskTopologies: readonly Topology[] = [incidentAlertsTopology, incidentsTopology];
