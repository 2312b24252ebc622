import type { EndpointsEvent } from '@plumbline/events';

export type EndpointEvent = EndpointsEvent;

export type EndpointEventOf<T extends EndpointEvent['type']> = Extract<
  EndpointEvent,
  { readonly type: T }
>['data'];
