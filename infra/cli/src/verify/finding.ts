/** Where in the log something is wrong, or stands that shows it. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** One thing that is not as it must be. */
export interface Finding {
  /** Which kind, such as `HASH_DIFFERS`; docs/verify.md has them all. */
  readonly kind: string;
  /** Null where nothing of the log says so: what is not there has no place. */
  readonly at: Place | null;
  /** Key of the record, table and key of the row, name of the stream. */
  readonly about: string;
  readonly what: string;
}

/** The first findings of a part, and how many there are of each kind. */
export interface Findings {
  add(finding: Finding): void;
  readonly listed: readonly Finding[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Keeps so many; the rest is counted. */
export function createFindings(listedMax: number): Findings {
  const listed: Finding[] = [];
  const counts = new Map<string, number>();
  return {
    listed,
    counts,
    add(finding) {
      counts.set(finding.kind, (counts.get(finding.kind) ?? 0) + 1);
      if (listed.length < listedMax) listed.push(finding);
    },
  };
}

export const parts = [
  'chains',
  'sums',
  'notifications',
  'decisions',
  'read-models',
  'results',
] as const;
export type Part = (typeof parts)[number];

/** What became of one part. */
export interface PartResult {
  readonly part: Part;
  /** `gaps`: nothing is wrong in what could be compared, and something could not be. */
  readonly state: 'holds' | 'broken' | 'gaps';
  /** What was looked at, by its name. */
  readonly looked: Readonly<Record<string, number>>;
  /** How many of each kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** What could not be compared, and why. */
  readonly gaps: readonly string[];
}

export function partResult(
  part: Part,
  of: {
    readonly looked: Readonly<Record<string, number>>;
    readonly findings: Findings;
    readonly gaps: readonly string[];
  },
): PartResult {
  const { looked, findings, gaps } = of;
  const broken = findings.counts.size > 0;
  return {
    ...{ part, looked, gaps, findings: findings.listed },
    state: broken ? 'broken' : gaps.length > 0 ? 'gaps' : 'holds',
    counts: Object.fromEntries(findings.counts),
  };
}
