import type { Following, LocalStores, Topology } from '@plumbline/runtime';
import type { FaultPlan, Random, SimHost, SimLog } from '@plumbline/runtime/simulation';
import type { MerchantKind } from '../plan/endpoints.ts';
import type { Certainty } from '../plan/run-plan.ts';
import type { DeliveryPorts } from '../stage/deliver.ts';
import type { SweeperOptions } from '../stage/sweeper.ts';

/**
 * A planted bug: the system as it would be if somebody had got one thing wrong. It is put between the
 * system and its ports; the checkers see the log itself.
 */
export interface Mutant {
  readonly name: string;
  /** What went wrong, for people. */
  readonly what: string;
  /** The checkers of which at least one must find it; the first is the one that it is planted for. */
  readonly expected: readonly string[];
  /** Faults under which it shows, in place of the seed's own; it needs none where this is left out. */
  readonly faults?: Partial<FaultPlan>;
  readonly topology?: (topology: Topology, world: MutantWorld) => Topology;
  /** The log of a process that runs topologies or projections. */
  readonly log?: (log: SimLog, world: MutantWorld) => SimLog;
  /** The log of clients and of committed readers. */
  readonly clientLog?: (log: SimLog, world: MutantWorld) => SimLog;
  readonly localStores?: (stores: LocalStores, world: MutantWorld) => LocalStores;
  readonly projections?: ProjectionBug;
  /** It shows where such merchants are told; other bugs are planted in runs without it. */
  readonly tells?: readonly MerchantKind[];
  /** What it needs that only some seeds have. */
  readonly certain?: readonly Certainty[];
  /** What deliveries are made of. */
  readonly deliveries?: (ports: DeliveryPorts, world: MutantWorld) => DeliveryPorts;
  /** What a sweeper is made of. */
  readonly sweeper?: (options: SweeperOptions) => SweeperOptions;
  /** How deliveries follow what is due. */
  readonly following?: (following: Following) => Following;
}

/** What a projection runner can get wrong. */
export type ProjectionBug = 'no-position-check' | 'skips-poison-silently' | 'position-before-rows';

export interface MutantWorld {
  readonly host: SimHost;
  readonly random: Random;
  nowMs(): number;
}
