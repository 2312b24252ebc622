/** What is tried with money on a personal account, and what it must come to. */
export interface MonitoredStory {
  readonly name: MonitoredStoryName;
  readonly what: string;
  /** So many times. */
  readonly count: number;
  /** What reports are answered, and what a person's decision is, in order. */
  readonly results: readonly string[];
  /** Of its orders, at the end. */
  readonly statuses: readonly string[];
  /** Alerts raised, and of those resolved, by rule. */
  readonly alerts: Readonly<Record<string, readonly [raised: number, resolved: number]>>;
}

export type MonitoredStoryName = 'paid' | 'repeated' | 'ambiguous' | 'late' | 'nobody';

export const monitoredStories: readonly MonitoredStory[] = [
  {
    ...{ name: 'paid', what: 'paid, and matched to its order', count: 4 },
    ...{ results: ['MATCHED'], statuses: ['PAID'], alerts: {} },
  },
  {
    ...{ name: 'repeated', what: 'reported twice', count: 1 },
    ...{ results: ['MATCHED', 'DUPLICATE'], statuses: ['PAID'], alerts: {} },
  },
  {
    ...{ name: 'ambiguous', what: 'fits two orders, matched by hand', count: 1 },
    // The second payment fits the only order that is left.
    ...{ results: ['AMBIGUOUS', 'MATCHED', 'MATCHED'], statuses: ['PAID', 'PAID'] },
    alerts: { K: [1, 1] },
  },
  {
    ...{ name: 'late', what: 'paid after the order had expired', count: 1 },
    ...{ results: ['MATCHED'], statuses: ['EXPIRED'], alerts: { C: [1, 0] } },
  },
  {
    ...{ name: 'nobody', what: 'for nobody, set aside by hand', count: 1 },
    ...{ results: ['UNMATCHED', 'SET_ASIDE'], statuses: [], alerts: { K: [1, 1] } },
  },
];

/** Orders of a story, in its own order. */
export const ordersOf = ({ statuses }: MonitoredStory): number => statuses.length;
