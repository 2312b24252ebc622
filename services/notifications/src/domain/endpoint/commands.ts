import type { EndpointsCommand } from '@plumbline/events';

/** It has failed for so long that somebody should look. A timer's command. */
export interface AlertFailing {
  readonly type: 'AlertFailing';
  readonly data: Readonly<Record<string, never>>;
}

/** An incident that nothing else ends is a day old. A timer's command. */
export interface EndQuietIncident {
  readonly type: 'EndQuietIncident';
  readonly data: Readonly<Record<string, never>>;
}

export type EndpointCommand = EndpointsCommand | AlertFailing | EndQuietIncident;

export type EndpointCommandOf<T extends EndpointCommand['type']> = Extract<
  EndpointCommand,
  { readonly type: T }
>['data'];
