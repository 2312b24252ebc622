export { schema as alertDeskConfig } from './config.ts';
export { approvalsNeeded } from './domain/desk/leave.ts';
export { incidentAlertsTopology } from './incidents/incident-alerts.ts';
export { incidentsTopology } from './incidents/incidents-topology.ts';
export { deskKeyOf, remediesTopology } from './remedies/remedies-topology.ts';
export { desksTopology } from './remedies/desks-topology.ts';
export { effectIdOf, remedyIdOf } from './domain/remedy/ids.ts';
export { alertDeskTopologies, alertDeskTopologiesOf } from './topologies.ts';
