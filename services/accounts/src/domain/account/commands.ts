import type { AccountsCommand } from '@plumbline/events';

/**
 * What the time of the hold that ends first says when it has come. A timer's command: it never
 * stands on a topic.
 */
export interface ExpireHolds {
  readonly type: 'ExpireHolds';
  readonly data: Readonly<Record<string, never>>;
}

export type AccountCommand = AccountsCommand | ExpireHolds;

export type AccountCommandOf<T extends AccountCommand['type']> = Extract<
  AccountCommand,
  { readonly type: T }
>['data'];
