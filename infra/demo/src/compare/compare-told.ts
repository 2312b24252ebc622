import type { Delivery } from '../driver/merchant.ts';
import { retryAfterMs } from '../limits.ts';
import type { Expected } from '../model/expect.ts';
import type { ToldEndpoint } from '../plan/told-endpoints.ts';
import { eventOf, toldEndpoints } from '../plan/told-endpoints.ts';
import type { Difference } from './compare.ts';

/** What a merchant was told of the orders of a run. */
export interface ToldResult {
  readonly endpoints: readonly EndpointTotals[];
  readonly retries: Retries;
  readonly differences: readonly Difference[];
}

export interface EndpointTotals {
  readonly what: string;
  /** Events. */
  readonly expected: number;
  readonly found: number;
  /** Requests, those that failed among them. */
  readonly requests: number;
  readonly verified: number;
  /** From what happened to the first request about it. */
  readonly medianMs: number;
  readonly slowestMs: number;
}

export interface Retries {
  readonly failed: number;
  readonly again: number;
  /** The shortest time from a failure to the next request; null where nothing failed. */
  readonly soonestMs: number | null;
}

/** Every event is looked for by itself, at each endpoint that asked for it. */
export function compareTold(of: {
  readonly expected: readonly Expected[];
  readonly deliveries: readonly Delivery[];
  /** Whether the order is one of this run's. */
  readonly isOwn: (orderNo: string) => boolean;
}): ToldResult {
  const { expected, deliveries } = of;
  const own = deliveries.filter(({ orderNo }) => of.isOwn(orderNo));
  const compared = toldEndpoints.map((endpoint) => {
    const asked = expected.filter((each) =>
      endpoint.events.some((event) => event === eventOf(each)),
    );
    return compareEndpoint(endpoint, {
      asked,
      came: own.filter(({ name }) => name === endpoint.name),
    });
  });
  const { retries, early } = retriesOf(deliveries);
  const unverified = deliveries.filter(({ verified }) => !verified);
  return {
    endpoints: compared.map(({ totals }) => totals),
    retries,
    differences: [
      ...compared.flatMap(({ differences }) => differences),
      ...early,
      ...unverified.map((each) => difference(each, 'signature', 'right', `wrong: ${each.id}`)),
    ],
  };
}

/** Whether everything that must be told was taken. */
export const isTold = (expected: readonly Expected[], deliveries: readonly Delivery[]): boolean => {
  const taken = new Set(deliveries.filter(isTaken).map(placeOf));
  return toldEndpoints.every(({ name, events }) =>
    expected.every((each) => {
      const type = eventOf(each);
      if (type === null || !events.includes(type)) return true;
      return taken.has(placeOf({ name, orderNo: each.orderNo, type }));
    }),
  );
};

const isTaken = ({ answered }: Delivery): boolean => answered < 300;

const placeOf = ({ name, orderNo, type }: Pick<Delivery, 'name' | 'orderNo' | 'type'>): string =>
  `${name} ${orderNo} ${type}`;

function compareEndpoint(
  { name, what }: ToldEndpoint,
  { asked, came }: { readonly asked: readonly Expected[]; readonly came: readonly Delivery[] },
) {
  const idsOf = new Map<string, Set<string>>();
  for (const each of came.filter(isTaken)) {
    const place = placeOf(each);
    idsOf.set(place, (idsOf.get(place) ?? new Set()).add(each.id));
  }
  const wanted = new Map(
    asked.map((each) => [placeOf({ ...each, name, type: eventOf(each) ?? '' }), each]),
  );
  const missing = [...wanted].filter(([place]) => !idsOf.has(place));
  const strange = came.filter((each) => isTaken(each) && !wanted.has(placeOf(each)));
  const twice = came.filter((each) => (idsOf.get(placeOf(each))?.size ?? 0) > 1);
  const first = firstOf(came).map(({ tookMs }) => tookMs);
  return {
    totals: {
      ...{ what, expected: wanted.size, found: wanted.size - missing.length },
      ...{ requests: came.length, verified: came.filter(({ verified }) => verified).length },
      ...{ medianMs: medianOf(first), slowestMs: Math.max(0, ...first) },
    },
    differences: [
      ...missing.map(([, each]) =>
        difference(each, `told ${name}`, eventOf(each) ?? '', 'nothing'),
      ),
      ...strange.map((each) => difference(each, `told ${name}`, 'nothing', each.type)),
      ...twice.map((each) => difference(each, `told ${name}`, 'one id', `another: ${each.id}`)),
    ],
  };
}

const firstOf = (came: readonly Delivery[]): readonly Delivery[] => [
  ...new Map([...came].reverse().map((each) => [each.id, each])).values(),
];

const medianOf = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

/** A request that failed is made again under its id, and not before its time. */
function retriesOf(deliveries: readonly Delivery[]) {
  const failed = deliveries.filter((each) => !isTaken(each));
  const waits = failed.map((each) => {
    const next = deliveries.find(
      ({ name, id, arrivedAtMs }) =>
        name === each.name && id === each.id && arrivedAtMs > each.answeredAtMs,
    );
    return { each, waitedMs: next === undefined ? null : next.arrivedAtMs - each.answeredAtMs };
  });
  const again = waits.flatMap(({ waitedMs }) => waitedMs ?? []);
  const early = waits
    .filter(({ waitedMs }) => waitedMs === null || waitedMs < retryAfterMs)
    .map(({ each, waitedMs }) => {
      const found = waitedMs === null ? 'never' : `after ${Math.round(waitedMs)} ms`;
      return difference(each, 'tried again', `after ${retryAfterMs} ms or more`, found);
    });
  const soonestMs = again.length === 0 ? null : Math.min(...again);
  return { retries: { failed: failed.length, again: again.length, soonestMs }, early };
}

const difference = (
  { orderNo, story = null }: Pick<Difference, 'orderNo'> & Partial<Pick<Difference, 'story'>>,
  what: string,
  expected: string,
  found: string,
): Difference => ({ orderNo, story, what, expected, found });
