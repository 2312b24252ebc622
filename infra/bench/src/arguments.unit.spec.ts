import { describe, expect, it } from 'vitest';
import { benchArguments, help, partNames, UsageError } from './arguments.ts';

describe('arguments of the benchmark', () => {
  it('have defaults', () => {
    expect(benchArguments([])).toEqual({
      ...{ command: 'npm run bench --', help: false, cold: false, save: false },
      ...{
        seconds: 20,
        rates: [50, 500],
        flows: [25, 50, 100, 150, 200, 300],
        checkouts: [5, 10, 20, 30, 40],
        deliveries: [50, 200, 500, 1_000, 2_000],
        money: [25, 50, 100, 200],
        orders: [100, 1_000, 10_000, 100_000],
        waiting: { retries: 100_000, waiting: 1_000_000 },
        loads: [5_000, 10_000],
      },
      ...{ records: 600_000, alertRecords: 210_000, rounds: 3 },
      openOrders: [10_000, 100_000, 500_000],
      ...{ keys: undefined, threads: 2, cache: true, env: {} },
      contenders: [
        'plumbline',
        'plumbline, two processes',
        'kafka-streams rocksdb',
        'plumbline memory',
        'kafka-streams memory',
      ],
      parts: new Set(partNames),
    });
  });

  it('are taken', () => {
    const args = [
      '--only',
      'start,join',
      '--rates=10,20',
      '--seconds',
      '5',
      '--checkouts',
      '7',
      '--deliveries=30',
      '--waiting=100',
      '--cold',
      '--save',
    ];
    const log = ['--records', '60000', '--keys', '10000', '--loads', '100'];
    const money = ['--money', '5,10', '--orders', '70'];
    const alerts = ['--rounds', '5', '--open', '70,80'];
    const how = ['--contenders', 'memory', '--threads', '1', '--cache', 'off', '--env', 'A=b=c'];
    expect(benchArguments([...args, ...log, ...money, ...alerts, ...how])).toMatchObject({
      ...{ cold: true, save: true, seconds: 5, rates: [10, 20], loads: [100], checkouts: [7] },
      ...{
        deliveries: [30],
        waiting: { retries: 100, waiting: 100 },
        money: [5, 10],
        orders: [70],
      },
      ...{ alertRecords: 60_000, rounds: 5, openOrders: [70, 80] },
      ...{ records: 60_000, keys: 10_000, threads: 1, cache: false, env: { A: 'b=c' } },
      contenders: ['kafka-streams memory'],
      parts: new Set(['start', 'join']),
    });
  });

  it('stand in what is saved', () => {
    expect(benchArguments(['--only', 'join', '--save']).command).toBe(
      'npm run bench -- --only join --save',
    );
  });

  it.each([
    ['--only', 'x'],
    ['--rates', '0'],
    ['--rates', '5,'],
    ['--seconds', '3601'],
    ['--loads', 'fast'],
    ['--records', '-1'],
    ['--deliveries', '0'],
    ['--waiting', 'all'],
    ['--money', '0'],
    ['--orders', '69'],
    ['--rounds', '0'],
    ['--open', '5000001'],
    ['--orders', '100001'],
    ['--keys', '4199'],
    ['--contenders', 'flink'],
    ['--cache', 'yes'],
    ['--env', 'A'],
    ['--env', '=b'],
    ['--x'],
  ])('are refused: %s %s', (...args) => {
    expect(() => benchArguments(args)).toThrow(UsageError);
  });

  it('are explained, each part with its time', () => {
    for (const name of partNames)
      expect(help).toMatch(new RegExp(`^ +${name} +\\(\\d+ min\\)`, 'm'));
  });
});
