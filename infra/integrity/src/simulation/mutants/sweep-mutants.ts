import type { Mutant } from './mutant.ts';
import { takeovers } from './mutant-faults.ts';

/** What looks for retries that nobody began, and wrong. */
export const sweepMutants: readonly Mutant[] = [
  {
    name: 'sweeps-nothing',
    what: 'retries that nobody began are looked for and not found',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: {},
    sweeper: (options) => ({ ...options, queries: { overdue: () => Promise.resolve([]) } }),
  },
  {
    name: 'sweeps-too-soon',
    what: 'a retry is taken for overdue as soon as it is due',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: {},
    sweeper: (options) => ({ ...options, graceMs: 0 }),
  },
  {
    name: 'overdue-in-silence',
    what: 'retries that nobody began are begun, and nobody hears of it',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: {},
    sweeper: (options) => ({
      ...options,
      endpoints: { execute: () => Promise.resolve({ kind: 'pending' }) },
    }),
  },
  {
    name: 'accused-by-hearsay',
    what: 'whatever the read model shows as overdue is told, whoever had begun it meanwhile',
    expected: ['overdue'],
    tells: ['failing', 'in-order'],
    certain: ['nobody relays'],
    faults: takeovers,
    sweeper: (options) => ({
      ...options,
      notifications: {
        async execute(command) {
          const executed = await options.notifications.execute(command);
          if (executed.kind !== 'decided') return executed;
          return { ...executed, outcome: { ...executed.outcome, status: 'ACCEPTED' } };
        },
      },
    }),
  },
];
