import type { MonitorsCommand } from '@plumbline/events';

export type ClientCommand = MonitorsCommand;

export type ClientCommandOf<T extends ClientCommand['type']> = Extract<
  ClientCommand,
  { readonly type: T }
>['data'];
