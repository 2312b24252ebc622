import { bodyOf, firstPreviousHash, hashOfEvent } from '@plumbline/events';
import type { Findings } from './finding.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import type { Heads } from './heads.ts';
import { hashHexCharacters, hashOf, setHash } from './heads.ts';
import { createKeyTable } from './key-table.ts';

/** Columns: newest version, its offset, and from here on its hash. */
const [versionAt, offsetAt, hashAt, columns] = [0, 1, 2, 4];

/**
 * Each aggregate of one partition: versions 1…n without a gap, each event with the hash of the one
 * before, and the newest one as its task remembers it, since no event after it could tell. An
 * aggregate takes 48 bytes in a table, and 48 more for what its task remembers ({@link createKeyTable}).
 */
export function foldChains(heads: Heads | null, findings: Findings): Fold {
  const aggregates = createKeyTable(columns);
  let events = 0;

  /** What is wrong with an event, seen from the one before; null for nothing. */
  function problemOf(event: FoldedEvent, row: number): readonly [string, string] | null {
    const { aggregateVersion: version, previousHash } = event.envelope;
    if (version === null || previousHash === null)
      return ['NO_VERSION', 'an event without a version has no place in a chain'];
    const before = aggregates.get(row, versionAt);
    // Where the log starts later, each chain starts where it does.
    if (before === 0n && event.beginsLate) return null;
    const offset = aggregates.get(row, offsetAt);
    const after = before === 0n ? 'is the first' : `after version ${before} at offset ${offset}`;
    if (version <= before) return ['VERSION_REPEATED', `version ${version} ${after}`];
    if (version > before + 1n) return ['VERSION_MISSING', `version ${version} ${after}`];
    const expected = before === 0n ? firstPreviousHash : hashOf(aggregates, row, hashAt);
    if (previousHash.startsWith(expected)) return null;
    const of = before === 0n ? 'that begins a chain' : `of version ${before} at offset ${offset}`;
    return [
      'HASH_DIFFERS',
      `version ${version} does not carry the hash ${of}: one of them was altered`,
    ];
  }

  return {
    decodes: false,
    take(event) {
      const { key, envelope, place } = event;
      const row = aggregates.add(key);
      const problem = problemOf(event, row);
      const found = (kind: string, what: string): void =>
        findings.add({ kind, at: place, about: key, what });
      events += 1;
      if (problem !== null) found(...problem);
      const { aggregateVersion: version } = envelope;
      if (version === null) return;
      const hash = hashOfEvent({ key, envelope, body: bodyOf(event.value) });
      aggregates.set(row, versionAt, version);
      aggregates.set(row, offsetAt, place.offset);
      setHash(aggregates, { row, from: hashAt }, hash);
      const expected = heads?.reach(key, version) ?? null;
      if (expected !== null && !hash.startsWith(expected))
        found(
          'HEAD_DIFFERS',
          `version ${version} is not the one that its task wrote: ${hash.slice(0, hashHexCharacters)}… ` +
            `and not ${expected}…`,
        );
    },
    async end() {
      for (const { key, version } of (await heads?.unreached()) ?? [])
        findings.add({
          ...{ kind: 'END_MISSING', at: null, about: key },
          what: `its task has written version ${version}, and the log ends before it`,
        });
    },
    looked: () => ({ events, aggregates: aggregates.size, heads: heads?.size ?? 0 }),
  };
}
