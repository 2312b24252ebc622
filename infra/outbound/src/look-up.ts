import { lookup } from 'node:dns/promises';
import { createBoundedMap } from './bounded-map.ts';
import type { Failure, Step } from './failures.ts';
import { done, failed } from './failures.ts';
import * as limits from './limits.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * All addresses of a name. Errors: as of `dns.promises`, by their `code`; ENOTFOUND and ENODATA say
 * that there is no such name.
 */
export type Resolver = (host: string) => Promise<readonly ResolvedAddress[]>;

/** As every program of this machine sees the name, /etc/hosts included. */
export const systemResolver: Resolver = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

export interface Looked {
  readonly addresses: readonly ResolvedAddress[];
  /** From memory, at most 5 s old. */
  readonly remembered: boolean;
}

/**
 * The second layer: looks a name up and vets every address of the answer, of which one bad one
 * refuses all. What comes back is what may be connected to, and nothing else is: nobody asks again.
 *
 * One look-up runs for a name at a time, and few at once over all names; those of names that answered
 * last time go before those that did not or are new.
 */
export type LookUp = (host: string) => Promise<Step<Looked>>;

export interface LookUpOptions {
  readonly resolve: Resolver;
  readonly vet: (address: string) => boolean;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  readonly timeoutMs?: number;
}

interface Held {
  readonly answer: Step<readonly ResolvedAddress[]>;
  readonly untilMs: number;
}

export function createLookUp(options: LookUpOptions): LookUp {
  const { nowMs } = options;
  const held = createBoundedMap<Held>(limits.namesHeldMax);
  const running = new Map<string, Promise<Step<readonly ResolvedAddress[]>>>();
  const places = createPlaces();

  async function ask(host: string): Promise<Step<readonly ResolvedAddress[]>> {
    const known = held.get(host)?.answer.ok === true;
    const leave = await places.take(known);
    if (leave === null) return failed('NAME_SERVER_FAILED', 'too many names wait to be looked up');
    try {
      const asked = await answerOf(host, options);
      const { answer } = asked;
      held.set(host, { answer, untilMs: nowMs() + asked.freshMs });
      return answer;
    } finally {
      leave();
    }
  }

  return async (host) => {
    const before = held.get(host);
    if (before !== undefined && nowMs() < before.untilMs) return looked(before.answer, true);
    let asked = running.get(host);
    if (asked === undefined) {
      asked = ask(host).finally(() => running.delete(host));
      running.set(host, asked);
    }
    return looked(await asked, false);
  };
}

const looked = (answer: Step<readonly ResolvedAddress[]>, remembered: boolean): Step<Looked> =>
  answer.ok ? done({ addresses: answer.value, remembered }) : answer;

interface Asked {
  readonly answer: Step<readonly ResolvedAddress[]>;
  readonly freshMs: number;
}

async function answerOf(host: string, options: LookUpOptions): Promise<Asked> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), options.timeoutMs ?? limits.lookupTimeoutMs);
  });
  try {
    const addresses = await Promise.race([options.resolve(host), hung]);
    if (addresses !== null)
      return { answer: vetted(host, addresses, options.vet), freshMs: limits.answerFreshMs };
    const message = `no name server answers for ${host}`;
    return { answer: failed('NAME_SERVER_FAILED', message), freshMs: limits.hungFreshMs };
  } catch (error) {
    return { answer: failureOf(host, error), freshMs: limits.failureFreshMs };
  } finally {
    clearTimeout(timer);
  }
}

function vetted(
  host: string,
  addresses: readonly ResolvedAddress[],
  vet: LookUpOptions['vet'],
): Step<readonly ResolvedAddress[]> {
  if (addresses.length === 0) return failed('NAME_NOT_FOUND', `${host} has no address`);
  if (addresses.length > limits.addressesMax || !addresses.every(({ address }) => vet(address))) {
    const what = `${host} leads to an address that is not of the public Internet`;
    return failed('REFUSED_ADDRESS', `${what}: all addresses of the name must be`);
  }
  // More machines have a way to IPv4.
  return done([...addresses].sort((a, b) => a.family - b.family));
}

function failureOf(host: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return code === 'ENOTFOUND' || code === 'ENODATA'
    ? failed('NAME_NOT_FOUND', `${host} has no address`)
    : failed('NAME_SERVER_FAILED', `${host} could not be looked up: ${code}`);
}

type Leave = () => void;

/** Who may look up now: strangers leave one place to names that have answered. */
function createPlaces() {
  const waiting = {
    known: [] as ((leave: Leave) => void)[],
    strange: [] as ((leave: Leave) => void)[],
  };
  const taken = { known: 0, strange: 0 };
  const free = (kind: keyof typeof taken): boolean =>
    taken.known + taken.strange < limits.lookupsMax &&
    (kind === 'known' || taken.strange < limits.strangeLookupsMax);

  const enter = (kind: keyof typeof taken): Leave => {
    taken[kind] += 1;
    return () => {
      taken[kind] -= 1;
      for (const next of ['known', 'strange'] as const) {
        while (free(next)) {
          const first = waiting[next].shift();
          if (first === undefined) break;
          first(enter(next));
        }
      }
    };
  };
  return {
    /** `null`: too many wait. */
    take(known: boolean): Promise<Leave | null> {
      const kind = known ? 'known' : 'strange';
      if (free(kind)) return Promise.resolve(enter(kind));
      if (waiting[kind].length >= limits.lookupsWaitingMax) return Promise.resolve(null);
      return new Promise((resolve) => waiting[kind].push(resolve));
    },
  };
}
