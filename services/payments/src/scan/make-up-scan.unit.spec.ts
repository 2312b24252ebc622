import type { CommandOutcome } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { asksAtOnce } from './limits.ts';
import type { LingeringPayments, Wanted } from './lingering-payments.ts';
import type { MakeUpScan } from './make-up-scan.ts';
import { openMakeUpScan } from './make-up-scan.ts';

let open: MakeUpScan | null = null;
afterEach(() => open?.close());

const decided = (status: CommandOutcome['status']): Executed => ({
  kind: 'decided',
  // Nothing else of an outcome is read.
  outcome: { status } as CommandOutcome,
});

/** Time passes when a test says so. */
function handClock() {
  const waiting: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    turn: () => Promise.resolve(),
    busy: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  return { clock, pass: () => waiting.splice(0).forEach((wake) => wake()) };
}

/** A scan over what `whileAlone` gives; each payment answers as `decide` says. */
function scanOver(over: {
  readonly whileAlone?: LingeringPayments['whileAlone'];
  readonly found?: readonly string[];
  readonly decide?: (command: Command) => Executed;
}) {
  const wanted: Wanted[] = [];
  const commands: Command[] = [];
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const { clock, pass } = handClock();
  const scan = openMakeUpScan({
    lingering: {
      whileAlone: (what, work) => {
        wanted.push(what);
        return over.whileAlone?.(what, work) ?? work(over.found ?? []);
      },
    },
    commands: {
      execute(command) {
        commands.push(command);
        return Promise.resolve(over.decide?.(command) ?? decided('ACCEPTED'));
      },
    },
    ...{ channels: ['MOCK', 'LAKALA'], everyMs: 60_000, thresholdMs: 300_000, batch: 100 },
    ...{ clock, wallClockMs: () => 1_000_000, logger: silentLogger, metrics },
  });
  open = scan;
  return { scan, wanted, commands, metrics, pass };
}

describe('a scan for payments that linger', () => {
  it('asks each of them, unless it was asked about within the threshold', async () => {
    const { scan, wanted, commands } = scanOver({ found: ['PAY1', 'PAY2'] });
    expect(await scan.scan()).toEqual({ result: 'done', found: 2, asked: 2 });
    expect(wanted).toEqual([{ channels: ['MOCK', 'LAKALA'], silentSinceMs: 700_000, atMost: 100 }]);
    expect(commands).toMatchObject([
      {
        ...{ key: 'PAY1', actor: 'system:make-up-scan' },
        payload: { type: 'QueryPayment', data: { payNo: 'PAY1', unlessWithinMs: 300_000 } },
      },
      { key: 'PAY2' },
    ]);
    expect(new Set(commands.map(({ id }) => id)).size).toBe(2);
  });

  it('counts what it found apart from what had to be asked about', async () => {
    const decide = ({ key }: Command) => decided(key === 'PAY1' ? 'ACCEPTED' : 'UNCHANGED');
    const { scan, metrics } = scanOver({ found: ['PAY1', 'PAY2', 'PAY3'], decide });
    expect(await scan.scan()).toEqual({ result: 'done', found: 3, asked: 1 });
    const text = await metrics.text();
    expect(text).toContain('plumbline_reconcile_scans_total{result="done",service="test"} 1');
    expect(text).toContain('plumbline_reconcile_found_total{service="test"} 3');
    expect(text).toContain('plumbline_reconcile_asked_total{service="test"} 1');
  });

  it('leaves it to the process that is at it already', async () => {
    const { scan, commands } = scanOver({ whileAlone: () => Promise.resolve(null) });
    expect(await scan.scan()).toEqual({ result: 'elsewhere' });
    expect(commands).toEqual([]);
  });

  it('is quiet while Postgres is away, and goes on when it is back', async () => {
    let isAway = true;
    const run = scanOver({
      whileAlone: (_wanted, work) =>
        isAway ? Promise.reject(new PostgresDown('away')) : work(['PAY1']),
    });
    expect(await run.scan.scan()).toEqual({ result: 'away' });
    isAway = false;
    run.pass();
    await expect.poll(() => run.commands.length).toBe(1);
  });

  it('ends a round with the first payment about which nobody decides', async () => {
    const found = Array.from({ length: 3 * asksAtOnce }, (_, n) => `PAY${n}`);
    const { scan, commands } = scanOver({ found, decide: () => ({ kind: 'pending' }) });
    expect(await scan.scan()).toEqual({ result: 'failed' });
    expect(commands).toHaveLength(asksAtOnce);
  });

  it('comes by each time its interval is over, and not after it was closed', async () => {
    const { scan, wanted, pass } = scanOver({});
    for (let round = 1; round <= 3; round += 1) {
      pass();
      await expect.poll(() => wanted.length).toBe(round);
      // The wait for the next round begins after the round.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await scan.close();
    pass();
    expect(wanted).toHaveLength(3);
  });
});
