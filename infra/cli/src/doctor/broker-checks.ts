import type { BrokerState } from '../session/cluster-admin.ts';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

interface Expectation {
  readonly setting: string;
  readonly severity: 'warn' | 'fail';
  readonly wanted: string;
  readonly fits: (value: string) => boolean;
  /** What goes wrong otherwise. */
  readonly why: string;
}

const atMost = (max: number) => (value: string) => Number(value) <= max;
const atLeast = (min: number) => (value: string) => Number(value) >= min;

/** Broker settings that the promises rest on (docs/architecture.md). */
const expectations: readonly Expectation[] = [
  {
    setting: 'auto.create.topics.enable',
    severity: 'fail',
    wanted: 'false',
    fits: (value) => value === 'false',
    why: 'a mistyped topic would be made with the default policy, which deletes',
  },
  {
    setting: 'transaction.abort.timed.out.transaction.cleanup.interval.ms',
    severity: 'warn',
    wanted: '1000 or less',
    fits: atMost(1_000),
    why: 'a killed writer hides later records for this much longer than its 5 s',
  },
  {
    setting: 'transaction.max.timeout.ms',
    severity: 'fail',
    wanted: '5000 or more',
    fits: atLeast(5_000),
    why: 'no task could open its producer',
  },
  {
    setting: 'group.min.session.timeout.ms',
    severity: 'fail',
    wanted: '6000 or less',
    fits: atMost(6_000),
    why: 'no task could join its group: their sessions are 6 s',
  },
  {
    setting: 'message.max.bytes',
    severity: 'warn',
    wanted: '1048588 or more',
    fits: atLeast(1_048_588),
    why: 'a record of the largest allowed size would be refused',
  },
];

export function brokerChecks(brokers: readonly BrokerState[]): readonly Check[] {
  const checks = brokers.flatMap(({ id, settings }) =>
    expectations.flatMap(({ setting, severity, wanted, fits, why }) => {
      const value = settings[setting];
      const name = `broker ${id} ${setting}`;
      if (value === undefined) {
        const fix = 'let this user describe the configuration of the cluster';
        return [badCheck('warn', name, { detail: 'is not told', fix })];
      }
      if (fits(value)) return [];
      return [
        badCheck(severity, name, { detail: `is ${value}: ${why}`, fix: `set it to ${wanted}` }),
      ];
    }),
  );
  if (checks.length > 0) return checks;
  const found = brokers.map(({ address }) => address).join(', ');
  return [okCheck('brokers', `${brokers.length} set as needed: ${found}`)];
}
