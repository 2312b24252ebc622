/** What a process of clients is told at its start, by message. */
export interface ClientsJob {
  /** Of the WebSocket. */
  readonly url: string;
  readonly origin: string;
  /** One a connection. */
  readonly cookies: readonly string[];
}

export type ToClients = { readonly do: 'open'; readonly job: ClientsJob } | { readonly do: 'tell' };

export type FromClients =
  { readonly said: 'open'; readonly open: number } | ({ readonly said: 'heard' } & Heard);

export interface Heard {
  /** Connections that ended meanwhile, by the code of their end (RFC 6455, section 7.4). */
  readonly closed: Readonly<Record<string, number>>;
  /** By the place of the event, when each connection heard of it, epoch ms. */
  readonly changes: Readonly<Record<string, readonly number[]>>;
}
