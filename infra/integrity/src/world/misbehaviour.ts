/** A rule of the simulator, docs/gateway-simulator.md. */
interface Rule {
  readonly id: string;
  readonly on: 'callback' | 'create' | 'query' | 'close' | 'refund' | 'query-refund';
  readonly what: string;
  readonly probability: number;
  readonly gateway?: 'mock' | 'paypay' | 'lakala';
  readonly params?: {
    readonly ms?: number;
    readonly copies?: number;
    readonly garble?: 'body' | 'signature' | 'amount' | 'merchant';
  };
}

type Wrong = Omit<Rule, 'id' | 'on' | 'probability'>;

const rules = (
  on: Rule['on'],
  faults: readonly (readonly [probability: number, wrong: Wrong])[],
): readonly Rule[] =>
  faults.map(([probability, wrong], at) => ({ id: `${on}-${at + 1}`, on, probability, ...wrong }));

/**
 * About every second callback goes wrong, every fifth creation, every third answer to a query: often
 * enough that each happens in a minute, seldom enough that most payments end in seconds. The first
 * that fires decides. A creation at MOCK that is to be sent again holds its buyer up for half a minute,
 * and so is left to the others. Only Lakala contradicts itself: of two signed words the first one counts, and
 * then a payer who buys here would be told something else than what the books say.
 */
export const misbehaviour: readonly Rule[] = [
  ...rules('callback', [
    [0.2, { what: 'lose' }],
    [0.1, { what: 'delay', params: { ms: 1_500 } }],
    [0.1, { what: 'repeat', params: { copies: 3 } }],
    [0.05, { what: 'reorder', params: { ms: 1_000 } }],
    [0.05, { what: 'garble', params: { garble: 'body' } }],
    [0.05, { what: 'garble', params: { garble: 'signature' } }],
    [0.05, { what: 'garble', gateway: 'lakala', params: { garble: 'amount' } }],
    [0.05, { what: 'garble', gateway: 'lakala', params: { garble: 'merchant' } }],
    [0.1, { what: 'contradict', gateway: 'lakala', params: { ms: 500 } }],
  ]),
  ...rules('create', [
    [0.04, { what: 'hang-after', params: { ms: 5_000 } }],
    [0.04, { what: 'reset-after' }],
    [0.04, { what: 'fail-after' }],
    [0.04, { what: 'reset-before', gateway: 'paypay' }],
    [0.04, { what: 'fail-before', gateway: 'lakala' }],
    [0.02, { what: 'rate-limit' }],
    [0.05, { what: 'late', params: { ms: 500 } }],
    [0.02, { what: 'garble', params: { garble: 'signature' } }],
    [0.02, { what: 'close', gateway: 'lakala' }],
  ]),
  ...rules('query', [
    [0.15, { what: 'stale' }],
    [0.05, { what: 'fail-before' }],
    [0.05, { what: 'time-out', params: { ms: 3_000 } }],
    [0.05, { what: 'late', params: { ms: 500 } }],
    [0.05, { what: 'garble', params: { garble: 'signature' } }],
  ]),
  ...rules('refund', [
    [0.1, { what: 'reset-after' }],
    [0.05, { what: 'hang-after', params: { ms: 5_000 } }],
    [0.2, { what: 'refund-slow', params: { ms: 1_000 } }],
    [0.1, { what: 'refund-fails', params: { ms: 1_000 } }],
  ]),
  ...rules('query-refund', [
    [0.1, { what: 'fail-before' }],
    [0.1, { what: 'stale' }],
  ]),
];

/** Payers pay in a moment, those who carry MOCK's word at once; away from MOCK some decline. */
export const payers = [
  { gateway: 'mock', probability: 1, delayMsMin: 500, delayMsMax: 2_500 },
  { probability: 1, declineProbability: 0.1, delayMsMin: 100, delayMsMax: 2_500 },
] as const;
