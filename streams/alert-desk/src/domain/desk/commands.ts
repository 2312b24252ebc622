import type { DesksCommand } from '@plumbline/events';

export type DeskCommand = DesksCommand;

export type DeskCommandOf<T extends DeskCommand['type']> = Extract<
  DeskCommand,
  { readonly type: T }
>['data'];
