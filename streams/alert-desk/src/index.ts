export { schema as alertDeskConfig } from './config.ts';
export { incidentAlertsTopology } from './incidents/incident-alerts.ts';
export { incidentsTopology } from './incidents/incidents-topology.ts';
export { alertDeskTopologies } from './topologies.ts';
