import type { LogRecord, ReadOnlyLog } from '@plumbline/kafka';
import type { Topology } from '@plumbline/runtime';
import { aggregateStore } from '@plumbline/runtime';
import { scan } from '../read/scan.ts';
import type { KeyTable } from './key-table.ts';
import { createKeyTable } from './key-table.ts';

/** Half of a SHA-256 is kept: an event that was altered to have the same half is not to be found. */
export const hashHexCharacters = 32;

export const hashOf = (table: KeyTable, row: number, from: number): string =>
  hex(table.get(row, from)) + hex(table.get(row, from + 1));

export function setHash(
  table: KeyTable,
  at: { readonly row: number; readonly from: number },
  hash: string,
): void {
  table.set(at.row, at.from, BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`)));
  table.set(at.row, at.from + 1, BigInt.asIntN(64, BigInt(`0x${hash.slice(16, 32)}`)));
}

const hex = (word: bigint): string => BigInt.asUintN(64, word).toString(16).padStart(16, '0');

/** The newest event of each aggregate as its task remembers it. */
export interface Heads {
  readonly size: number;
  /** Some are not reached yet. */
  readonly isOpen: boolean;
  /** The beginning of the hash that this version must have; null where it is not the newest. */
  reach(key: string, version: bigint): string | null;
  /** Those whose newest version never came. */
  unreached(): Promise<readonly { readonly key: string; readonly version: bigint }[]>;
}

const [versionAt, hashAt, reachedAt, columns] = [0, 1, 3, 4];

/** As an entry begins in the changelog: a link of the chain, before anything else (docs/formats.md). */
const linkPattern = /^\{"version":\{"\$n":"(\d+)"\},"hash":"([0-9a-f]{64})"/;

/** Longest beginning: a version of 19 digits and a hash. */
const linkBytes = 130;

const prefix = `s/${aggregateStore}/`;

export interface HeadsOptions {
  readonly log: ReadOnlyLog;
  readonly topology: Topology;
  readonly partition: number;
  readonly signal: AbortSignal;
}

/**
 * Reads them from the changelog of one partition, up to its end now: events that were committed with
 * them are there, or will be within milliseconds.
 */
export async function readHeads(options: HeadsOptions): Promise<Heads> {
  const heads = createKeyTable(columns);
  let open = 0;
  await eachHead(options, (key, link) => {
    const row = heads.add(key);
    heads.set(row, versionAt, link?.version ?? 0n);
    if (link !== null) setHash(heads, { row, from: hashAt }, link.hash);
  });
  for (const row of heads.rows()) if (heads.get(row, versionAt) > 0n) open += 1;
  return {
    size: heads.size,
    get isOpen() {
      return open > 0;
    },
    reach(key, version) {
      const row = heads.find(key);
      if (row < 0 || heads.get(row, versionAt) !== version) return null;
      if (heads.get(row, reachedAt) === 0n) open -= 1;
      heads.set(row, reachedAt, 1n);
      return hashOf(heads, row, hashAt);
    },
    async unreached() {
      if (open === 0) return [];
      // Only what the keys hash to is kept, so their names are read once more.
      const names = new Map<string, bigint>();
      await eachHead(options, (key) => {
        const row = heads.find(key);
        if (row < 0 || heads.get(row, reachedAt) !== 0n) return;
        const version = heads.get(row, versionAt);
        if (version > 0n) names.set(key, version);
      });
      return [...names].map(([key, version]) => ({ key, version }));
    },
  };
}

async function eachHead(
  { log, topology, partition, signal }: HeadsOptions,
  take: (key: string, link: { readonly version: bigint; readonly hash: string } | null) => void,
): Promise<void> {
  const of = [{ topic: topology.changelog, partition }];
  await scan({
    ...{ log, of, signal },
    take: ({ key, value }: LogRecord) => {
      const name = key?.toString('utf8') ?? '';
      if (!name.startsWith(prefix)) return;
      const [, version = '', hash = ''] =
        linkPattern.exec(value?.toString('latin1', 0, linkBytes) ?? '') ?? [];
      const link = version === '' ? null : { version: BigInt(version), hash };
      take(name.slice(prefix.length), link);
    },
  });
}
