import type { EndpointCopied } from '@plumbline/events';
import type { KeyValueStore } from '@plumbline/runtime';
import { everyEvent } from './event-types.ts';

/** What has to be known of an endpoint to make a notification for it. */
export interface Subscription {
  readonly endpointId: string;
  readonly events: readonly string[];
  readonly intervalsMs: readonly number[] | null;
  readonly inOrder: boolean;
  readonly settingsVersion: number;
}

/** By tenant: its endpoints in the order in which they came. */
export type Subscriptions = KeyValueStore<readonly Subscription[]>;

export const subscriptionsStore = 'subscriptions';

/** No tenant is called so: its name is made of letters, digits, `_` and `-`. */
const everyTenant = '*';

/** Takes in an endpoint as it is now; one that was removed is told of nothing any more. */
export function withCopy(store: Subscriptions, copy: EndpointCopied): void {
  const { endpointId, tenant, settings, settingsVersion, status } = copy;
  const { events, intervalsMs, inOrder } = settings;
  const place = settings.everyTenant ? everyTenant : tenant;
  const next = { endpointId, events, intervalsMs, inOrder, settingsVersion };
  for (const key of [tenant, everyTenant]) {
    const before = store.get(key) ?? [];
    const isThere = before.some((each) => each.endpointId === endpointId);
    const belongs = key === place && status !== 'REMOVED';
    if (!isThere && !belongs) continue;
    const after = belongs
      ? isThere
        ? before.map((each) => (each.endpointId === endpointId ? next : each))
        : [...before, next]
      : before.filter((each) => each.endpointId !== endpointId);
    if (after.length === 0) store.delete(key);
    else store.set(key, after);
  }
}

/** Who is told of an event of this tenant. */
export const subscribersOf = (
  store: Subscriptions,
  of: { readonly tenant: string; readonly type: string },
): readonly Subscription[] =>
  [...(store.get(of.tenant) ?? []), ...(store.get(everyTenant) ?? [])].filter(
    ({ events }) => events.includes(of.type) || events.includes(everyEvent),
  );

/** The one of this id, whatever it asked for. */
export const subscriberOf = (
  store: Subscriptions,
  of: { readonly tenant: string; readonly endpointId: string },
): Subscription | null =>
  [...(store.get(of.tenant) ?? []), ...(store.get(everyTenant) ?? [])].find(
    ({ endpointId }) => endpointId === of.endpointId,
  ) ?? null;
