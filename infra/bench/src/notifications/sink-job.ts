/** How the endpoints of a sink behave. */
export interface Behaviour {
  /** Numbers of endpoints that take a request and do not answer it. */
  readonly hanging: readonly number[];
  /** Whether a notification is refused with 400 the first time that it comes. */
  readonly refusesFirst: boolean;
}

export const usual: Behaviour = { hanging: [], refusesFirst: false };

export type ToSink =
  | { readonly do: 'open'; readonly endpoints: number }
  | { readonly do: 'behave'; readonly as: Behaviour }
  | { readonly do: 'tell' };

export type FromSink =
  | { readonly said: 'open'; readonly ports: readonly number[] }
  | { readonly said: 'behaves' }
  | { readonly said: 'heard'; readonly arrivals: readonly Arrival[] };

/** A request: `webhook-id`, epoch ms at which it came, and the status it got; 0 while it hangs. */
export type Arrival = readonly [notificationId: string, atMs: number, status: number];
