import { Link, NotSent, type Address, type LinkOptions } from './link.ts';

/** The connections of one reader, producer or member: one to a broker, opened when needed. */
export class Links {
  readonly #options: LinkOptions;
  readonly #links = new Map<string, Promise<Link>>();
  /** Also those that are still connecting, so that closing does not wait for them. */
  readonly #started = new Set<Link>();
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  async to(address: Address): Promise<Link> {
    if (this.#closed) throw new NotSent('Closed');
    const name = `${address.host}:${address.port}`;
    const known = this.#links.get(name);
    if (known !== undefined) {
      const link = await known.catch(() => null);
      if (link?.usable === true) return link;
      if (link !== null) this.#started.delete(link);
      if (this.#links.get(name) === known) this.#links.delete(name);
      return this.to(address);
    }
    const opening = this.#open(address);
    this.#links.set(name, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#links.get(name) === opening) this.#links.delete(name);
      throw error;
    }
  }

  /** Ends every connection now; what waits for an answer fails. */
  close(): void {
    this.#closed = true;
    for (const link of this.#started) link.abort('closed');
    this.#started.clear();
    this.#links.clear();
  }

  async #open(address: Address): Promise<Link> {
    let started: Link | undefined;
    try {
      return await Link.open(address, this.#options, (link) => {
        started = link;
        this.#started.add(link);
      });
    } catch (error) {
      if (started !== undefined) this.#started.delete(started);
      throw error;
    }
  }
}
