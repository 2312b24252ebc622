import type { Rule } from '@plumbline/consistency-alerts';
import { consistencyAlerts, rules } from '@plumbline/consistency-alerts';
import type { Topology } from '@plumbline/runtime';
import { lifeMutants } from '../simulation/mutants/life-mutants.ts';

type View = Parameters<Rule['find']>[0];
type Findings = ReturnType<Rule['find']>;
type Finding = Findings[number] & { readonly sinceMs?: number };

/** `<rule> <kind>`, such as `A never`; of what people say `people <kind>`. */
export type MutantName = string;

interface Kind {
  readonly name: string;
  readonly what: string;
  /** Rules of which it makes no other rule: nothing could catch it. */
  readonly isNone?: readonly string[];
  wrap(find: Rule['find'], rule: Rule): Rule['find'];
}

const graceError = 3_000;

/** Mistakes that somebody who writes a rule may make. */
const kinds: readonly Kind[] = [
  {
    name: 'never',
    what: 'finds nothing',
    wrap: () => () => [],
  },
  {
    name: 'always',
    what: 'finds it where nothing is wrong, too',
    wrap: (find) => (view) => {
      const found = find(view);
      const seen = (view.order ?? view.payment)?.since ?? seenElsewhere(view);
      if (found.length > 0 || seen === undefined) return found;
      const text = { summary: 'planted', expected: 'nothing', actual: 'something' };
      return [{ ...text, evidence: [seen] }];
    },
  },
  {
    name: 'sticks',
    what: 'goes on finding what is over',
    // Facts of a payment are never over.
    isNone: ['E', 'F', 'G', 'V', 'Z', 'O'],
    wrap: (find) => sticking(find),
  },
  {
    name: 'late',
    what: 'has a grace that is three seconds too long',
    wrap: (find) => (view) => find(view).map((finding) => shifted(finding, graceError)),
  },
  {
    name: 'early',
    what: 'has a grace that is three seconds too short',
    wrap: (find) => (view) => find(view).map((finding) => shifted(finding, -graceError)),
    // What has no grace is found with the event itself.
    isNone: rules
      .filter(({ id, graceMs }) => graceMs === 0 && !'KU'.includes(id))
      .map(({ id }) => id),
  },
  {
    name: 'side',
    what: 'takes what succeeded for what failed, and what is paid for what expired',
    // They ask neither how the payment nor how the order stands; of R and M all ends are the same.
    isNone: ['K', 'V', 'Z', 'E', 'F', 'O', 'G', 'R', 'M', 'W'],
    wrap: (find) => (view) => find(otherSide(view)),
  },
  {
    name: 'edge',
    what: 'names its alert after another event',
    // There is only the one event to be named after.
    isNone: ['U', 'K', 'W'],
    wrap: (find) => (view) => find(view).map(named),
  },
  {
    name: 'half',
    what: 'does not look at what merchants were told, what came back into stock, nor what nobody claims',
    isNone: rules.filter(({ id }) => !'KRU'.includes(id)).map(({ id }) => id),
    wrap:
      (find) =>
      ({ unclaimed: _unclaimed, ...view }) =>
        find({ ...view, told: null, stock: null }),
  },
  {
    name: 'weight',
    what: 'says that it matters otherwise than it does',
    wrap:
      (find, { severity }) =>
      (view) =>
        find(view).map((finding) => ({
          ...finding,
          severity: (finding.severity ?? severity) === 'WARNING' ? 'CRITICAL' : 'WARNING',
        })),
  },
];

export interface Mutant {
  readonly name: MutantName;
  readonly rule: string;
  readonly what: string;
}

/** What people say, and no rule. */
const ofPeople = 'people';

export const mutants: readonly Mutant[] = [
  ...rules.flatMap(({ id }) =>
    kinds
      .filter(({ isNone }) => isNone?.includes(id) !== true)
      .map(({ name, what }) => ({ name: `${id} ${name}`, rule: id, what })),
  ),
  ...lifeMutants.map(({ name, what }) => ({ name: `${ofPeople} ${name}`, rule: ofPeople, what })),
];

/**
 * Runs something while a rule is mistaken, in this thread. The topology has the rules as values, and
 * asks each for its `find`; it is put back in any case, and so is the topology.
 */
export async function withMutant<T>(name: MutantName, run: () => Promise<T>): Promise<T> {
  const [id, kind] = name.split(' ');
  const ofLives = lifeMutants.find((each) => `${ofPeople} ${each.name}` === name);
  if (ofLives !== undefined) return withTopology(ofLives.topology, run);
  const rule = rules.find((each) => each.id === id);
  const chosen = kinds.find((each) => each.name === kind);
  if (rule === undefined || chosen === undefined) throw new Error(`no planted bug "${name}"`);
  const find = rule.find.bind(rule);
  const changeable: { find: Rule['find'] } = rule;
  changeable.find = chosen.wrap(find, rule);
  try {
    return await run();
  } finally {
    changeable.find = find;
  }
}

async function withTopology<T>(
  change: (topology: Topology) => Topology,
  run: () => Promise<T>,
): Promise<T> {
  const changeable: { createProcessor: Topology['createProcessor'] } = consistencyAlerts;
  const createProcessor = consistencyAlerts.createProcessor.bind(consistencyAlerts);
  changeable.createProcessor = (task) =>
    change({ ...consistencyAlerts, createProcessor }).createProcessor(task);
  try {
    return await run();
  } finally {
    changeable.createProcessor = createProcessor;
  }
}

const seenElsewhere = (view: View) =>
  view.endpoint?.incidents[0]?.seen ??
  view.receiving?.unmatched[0]?.seen ??
  view.unclaimed?.paid?.seen;

/** From the event on with which it begins: of those it rests on the newest. */
function shifted(finding: Finding, byMs: number): Finding {
  const newestMs = Math.max(...finding.evidence.map(({ time }) => time));
  const sinceMs = finding.sinceMs ?? finding.saidBy?.time ?? newestMs;
  return { ...finding, sinceMs: sinceMs + byMs };
}

function sticking(find: Rule['find']): Rule['find'] {
  const found = new Map<string, Findings>();
  return (view) => {
    const key =
      view.order?.orderNo ??
      view.payment?.payNo ??
      view.receiving?.account ??
      view.channel?.channel ??
      view.unclaimed?.payNo ??
      // An endpoint does not know its name: it sticks to all of them.
      (view.endpoint === null ? undefined : 'endpoint');
    const now = find(view);
    if (key === undefined) return now;
    const all = now.length > 0 ? now : (found.get(key) ?? now);
    found.set(key, all);
    return all;
  };
}

function otherSide(view: View): View {
  const { order, payment } = view;
  const sideOf = { SUCCESS: 'FAILED', FAILED: 'SUCCESS', CLOSED: 'SUCCESS' } as const;
  const orderSideOf = {
    PAID: 'EXPIRED',
    EXPIRED: 'PAID',
    CANCELLED: 'PAID',
    FAILED: 'PAID',
  } as const;
  return {
    ...view,
    payment:
      payment === null
        ? null
        : { ...payment, status: known(sideOf, payment.status) ?? payment.status },
    order:
      order === null
        ? null
        : { ...order, status: known(orderSideOf, order.status) ?? order.status },
  };
}

const known = <V>(table: Readonly<Record<string, V>>, name: string): V | undefined => table[name];

/** After the oldest that it rests on; where that is the right one, after the newest. */
function named(finding: Finding): Finding {
  const byTime = [...finding.evidence].sort((a, b) => a.time - b.time);
  const first = byTime[0];
  const last = byTime.at(-1);
  if (first === undefined || last === undefined) return finding;
  const condition = finding.condition ?? 'planted';
  if (finding.saidBy === undefined) return { ...finding, condition, saidBy: first };
  return { ...finding, saidBy: finding.saidBy.eventId === first.eventId ? last : first };
}
