import { alertDeskTopologies } from '@plumbline/alert-desk';
import type { FaultPlan, Random } from '@plumbline/runtime/simulation';
import { calm, createRandom, randomPlan } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { MerchantKind, PlannedEndpoint } from './endpoints.ts';
import { plannedEndpoints } from './endpoints.ts';
import type { PlannedOperation } from './operations.ts';
import { plannedOperations } from './operations.ts';
import type { PlannedReceiving } from './receiving.ts';
import { plannedReceiving } from './receiving.ts';
import type { RelayAway } from './relay.ts';
import { plannedRelayAway } from './relay.ts';
import type { PlannedRemedies } from './remedies.ts';
import { plannedRemedies } from './remedies.ts';
import type { PlannedRedrive } from './redrives.ts';
import { parkingPoison, plannedRedrives } from './redrives.ts';
import type { FaultKind, Reduction } from './reduction.ts';
import { faultKinds } from './reduction.ts';
import type { Story } from './stories.ts';
import { stories } from './stories.ts';
import type { PlannedWord } from './words.ts';
import { plannedWords } from './words.ts';

export const poisonKinds = [
  'garbage',
  'unknown-schema',
  'truncated',
  'null-key',
  'null-value',
  'wrong-partition',
  'no-envelope',
  'other-type',
  'impossible',
] as const;
export type PoisonKind = (typeof poisonKinds)[number];

/** Where poison is put. */
export const poisonTargets = [
  'ordersCommands',
  'paymentsCommands',
  'alertsCommands',
  'ordersEvents',
  'paymentsEvents',
  'alertsEvents',
  'paymentsInbox',
  'transactionsEvents',
] as const;

/** Where it is put beside that in a run that tells merchants. */
export const tellingTargets = [
  ...(['notificationsCommands', 'endpointsCommands', 'notificationsEvents'] as const),
  ...(['endpointsEvents', 'endpointsCopies'] as const),
  /** The topic of the shortest delay. */
  'delays',
] as const;
export type PoisonTarget = (typeof poisonTargets)[number] | (typeof tellingTargets)[number];

export interface PlannedStory {
  /** Names its order, and seeds what it draws. */
  readonly index: number;
  readonly startMs: number;
  readonly story: Story;
  /** The account that it is paid into, and how much; left out of what is not. */
  readonly personal?: { readonly account: string; readonly amountMinor: bigint };
}

export interface PlannedPoison {
  readonly index: number;
  readonly atMs: number;
  readonly kind: PoisonKind;
  readonly target: PoisonTarget;
  /** Under the key of this story's order; null for a key of its own. */
  readonly ofStory: number | null;
}

export interface PlannedRules {
  readonly atMs: number;
  readonly graceMs: number;
  readonly areCUAndZOn: boolean;
  /** Names a version that there is not, and must be refused. */
  readonly isWrong: boolean;
}

/** What some of the runs have, and what those of a planted bug can be sure of. */
export type Certainty =
  | ('stories are spoilt' | 'nobody relays' | 'accounts are paid into' | 'alerts are mended')
  | 'channels are listened to';

/** Everything about a run that follows from its seed, before it begins. Times are since its start. */
export interface RunPlan {
  readonly seed: number;
  readonly partitions: number;
  readonly faults: FaultPlan;
  /** What each process runs: names of topologies, and `projections`. */
  readonly processes: readonly (readonly string[])[];
  readonly stories: readonly PlannedStory[];
  readonly poison: readonly PlannedPoison[];
  readonly rules: readonly PlannedRules[];
  /** Who is told; nobody in most runs, which then do without everything that tells. */
  readonly endpoints: readonly PlannedEndpoint[];
  /** What operators do to notifications; nothing where nobody is told. */
  readonly operations: readonly PlannedOperation[];
  /** What operators say of alerts. */
  readonly words: readonly PlannedWord[];
  /** What is let go on behind poison; nothing where nobody is told. */
  readonly redrives: readonly PlannedRedrive[];
  /** When what waits in delay topics is not sent on; null where that is not planned. */
  readonly relayAway: RelayAway | null;
  /** What is done about alerts; null in most runs, which observe. */
  readonly remedies: PlannedRemedies | null;
  /** Minutes of channels are so short that some fall silent; in most runs they are not. */
  readonly isListening: boolean;
  /** Who is paid into personal accounts; null in most runs. */
  readonly receiving: PlannedReceiving | null;
  /** For so long there are faults. */
  readonly stormMs: number;
}

/** Kinds of faults that a plan has. */
export const activeFaults = ({ faults }: RunPlan): readonly FaultKind[] =>
  faultKinds.filter((kind) => kind !== 'legMs' && faults[kind] > 0);

const parts = [
  ...(['orders', 'payments', 'gateway-calls', 'checkout', 'consistency-alerts'] as const),
  'gateway-transactions',
  'projections',
  'merchant-results',
  ...(['checkout-saga', 'inventory', 'accounts', 'purchase-payments'] as const),
] as const;

/** What follows alerts. */
const deskParts = alertDeskTopologies.map(({ name }) => name);

/** What matches money on personal accounts. */
const receivingPart = 'receiving';

/** What tells which payments linger at a silent channel, where something is done about one. */
const sweepingPart = 'channel-sweeps';

/** What tells merchants. */
const tellingParts = ['notifications', 'endpoints', 'delays'] as const;

/**
 * The plan of a seed, less what a reduction takes out of it. With faults of a planted bug it is a
 * busy one: every part in two processes, many stories, a long storm. `tells` says which merchants are
 * told, which else the seed does, and `certain` what happens in any case where else some seeds have it.
 */
export function planOf(
  seed: number,
  reduction: Reduction = {},
  faults?: Partial<FaultPlan>,
  tells?: readonly MerchantKind[],
  certain: readonly Certainty[] = [],
): RunPlan {
  const random = createRandom(seed).fork('campaign');
  const isBusy = faults !== undefined;
  const drawnMs = Math.floor(random.skewed(limits.stormMs.least, limits.stormMs.most));
  const stormMs = isBusy ? limits.busyStormMs : drawnMs;
  const drawn = 1 + random.int(limits.storiesMax);
  const told = isBusy ? limits.storiesMax : drawn;
  const telling = random.fork('telling');
  const isTelling = tells === undefined ? telling.chance(limits.tellingSeeds) : tells.length > 0;
  const received = random.fork('receiving');
  const isDrawn = tells === undefined && received.chance(limits.receivingSeeds);
  const isReceiving = isDrawn || certain.includes('accounts are paid into');
  const isListening =
    random.fork('listening').chance(limits.listeningSeeds) ||
    certain.includes('channels are listened to');
  const mending = random.fork('remedies');
  const isMending = mending.chance(limits.mendingSeeds) || certain.includes('alerts are mended');
  const all = [
    ...parts,
    ...(isTelling ? tellingParts : []),
    ...(isReceiving ? [receivingPart] : []),
    ...deskParts,
    ...(isListening && isMending ? [sweepingPart] : []),
  ];
  const spoilt = poisonOf(random.fork('poison'), { told, stormMs, isTelling });
  const parking = isTelling
    ? parkingPoison(telling.fork('parking'), {
        ...{ told, stormMs, firstIndex: spoilt.length },
        isCertain: certain.includes('stories are spoilt'),
      })
    : [];
  const poison = [...spoilt, ...parking];
  const isCertain = certain.includes('nobody relays');
  const relayAway = isTelling
    ? plannedRelayAway(telling.fork('relay'), { stormMs, isCertain })
    : null;
  const receiving = isReceiving
    ? plannedReceiving(received, { firstIndex: told, stormMs, isBusy })
    : null;
  const plan: RunPlan = {
    seed,
    partitions: random.pick([1, 2, 2, 4]),
    faults: isBusy ? { ...calm, legMs: 4, name: 'given', ...faults } : randomPlan(seed),
    processes: isBusy ? [all, all] : processesOf(random.fork('processes'), all),
    stories: [
      ...Array.from({ length: told }, (_, index) => plannedStory(random, index, stormMs)),
      ...(receiving?.stories ?? []),
    ],
    poison,
    rules: rulesOf(random.fork('rules'), stormMs),
    endpoints: isTelling ? plannedEndpoints(telling, stormMs, tells) : [],
    operations: isTelling ? plannedOperations(telling.fork('operations'), stormMs) : [],
    words: plannedWords(random.fork('words'), stormMs),
    redrives: isTelling ? plannedRedrives(telling.fork('redrives'), { poison, stormMs }) : [],
    remedies: isMending ? plannedRemedies(mending, { stormMs, isBusy }) : null,
    ...{ relayAway, receiving, isListening },
    stormMs,
  };
  return reduced(plan, reduction);
}

function plannedStory(random: Random, index: number, stormMs: number): PlannedStory {
  const own = random.fork(`story/${index}`);
  const startMs = 500 + own.int(Math.max(1, Math.floor(stormMs * 0.7)));
  return { index, startMs, story: own.pick(stories) };
}

function processesOf(random: Random, all: readonly string[]): readonly (readonly string[])[] {
  const count = 2 + random.int(3);
  const processes: string[][] = Array.from({ length: count }, () => []);
  for (const part of all) {
    const where = random.shuffle(processes).slice(0, random.chance(0.6) ? 2 : 1);
    for (const process of where) process.push(part);
  }
  return processes.filter((process) => process.length > 0);
}

function poisonOf(
  random: Random,
  of: { readonly told: number; readonly stormMs: number; readonly isTelling: boolean },
): readonly PlannedPoison[] {
  const { told, stormMs, isTelling } = of;
  const targets = isTelling ? [...poisonTargets, ...tellingTargets] : poisonTargets;
  if (random.chance(0.5)) return [];
  return Array.from({ length: 1 + random.int(limits.poisonMax) }, (_, index) => ({
    index,
    atMs: random.int(stormMs),
    kind: random.pick(poisonKinds),
    target: random.pick(targets),
    ofStory: random.chance(0.25) ? random.int(told) : null,
  }));
}

function rulesOf(random: Random, stormMs: number): readonly PlannedRules[] {
  const grace = (): number => Math.floor(random.skewed(50, limits.graceMaxMs));
  const on = { areCUAndZOn: true, isWrong: false };
  const first = { atMs: 0, graceMs: grace(), ...on };
  if (random.chance(0.6)) return [first];
  return [
    first,
    {
      atMs: random.int(stormMs),
      graceMs: grace(),
      areCUAndZOn: random.chance(0.5),
      isWrong: false,
    },
    { atMs: random.int(stormMs), graceMs: grace(), areCUAndZOn: true, isWrong: random.chance(0.5) },
  ].sort((a, b) => a.atMs - b.atMs);
}

function reduced(plan: RunPlan, reduction: Reduction): RunPlan {
  const { stories: kept, poison, faultsOff = [], processes, stormMs } = reduction;
  const faults: FaultPlan = { ...plan.faults };
  const off = Object.fromEntries(faultsOff.map((kind) => [kind, calm[kind]]));
  return {
    ...plan,
    faults: { ...faults, ...off },
    stories: kept === undefined ? plan.stories : plan.stories.filter((s) => kept.includes(s.index)),
    poison:
      poison === undefined ? plan.poison : plan.poison.filter((p) => poison.includes(p.index)),
    processes: processes === undefined ? plan.processes : merged(plan.processes, processes),
    stormMs: stormMs ?? plan.stormMs,
  };
}

/** The same parts in fewer processes. */
function merged(
  processes: readonly (readonly string[])[],
  count: number,
): readonly (readonly string[])[] {
  const [first = [], ...rest] = processes;
  const kept = rest.slice(0, Math.max(0, count - 1));
  const lost = rest.slice(kept.length).flat();
  return [[...new Set([...first, ...lost])], ...kept];
}
