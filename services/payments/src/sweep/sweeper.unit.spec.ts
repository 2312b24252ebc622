import type { CommandOutcome } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { afterEach, describe, expect, it } from 'vitest';
import type { Wanted } from '../scan/lingering-payments.ts';
import type { WaitingSweep } from './channel-sweeps.ts';
import { sweepMax } from './limits.ts';
import type { Sweeper } from './sweeper.ts';
import { openSweeper } from './sweeper.ts';

let open: Sweeper | null = null;
afterEach(() => open?.close());

const decided = (status: CommandOutcome['status']): Executed => ({
  kind: 'decided',
  // Nothing else of an outcome is read.
  outcome: { status, code: null } as CommandOutcome,
});

const key = 'platform/channel.MOCK';
const sweep: WaitingSweep = { key, channel: 'MOCK', correlationId: 'c', traceparent: null };

/** A sweeper over what `found` gives; remedies answer as `decide` says; time passes by hand. */
function sweeperOver(over: {
  readonly found?: () => Promise<{ payNos: readonly string[]; left: number }>;
  readonly decide?: (command: Command) => Executed;
}) {
  const wanted: Wanted[] = [];
  const commands: Command[] = [];
  const sleeping: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    turn: () => Promise.resolve(),
    busy: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        sleeping.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const sweeper = openSweeper({
    lingering: {
      longest: (what) => {
        wanted.push(what);
        return over.found?.() ?? Promise.resolve({ payNos: ['PAY1', 'PAY2'], left: 3 });
      },
    },
    commands: {
      execute(command) {
        commands.push(command);
        return Promise.resolve(over.decide?.(command) ?? decided('ACCEPTED'));
      },
    },
    ...{ channels: ['MOCK', 'LAKALA'], clock, wallClockMs: () => 1_000_000, logger: silentLogger },
  });
  open = sweeper;
  const follower = sweeper.following.open(
    { topology: 'channel-sweeps', partition: 0, partitions: 1 },
    { range: () => [], tell: () => Promise.reject(new Error('nothing is told')) },
  );
  const pass = async (): Promise<void> => {
    await expect.poll(() => sleeping.length).toBeGreaterThan(0);
    sleeping.splice(0).forEach((wake) => wake());
  };
  return { sweeper, follower, wanted, commands, sleeping, pass };
}

describe('whoever tells sweeps what lingers', () => {
  it('names the longest silent of the channel, under the key of the remedy', async () => {
    const { follower, wanted, commands, sleeping } = sweeperOver({});
    follower.changed('r1', sweep);
    follower.changed('r1', sweep);
    await expect.poll(() => commands.length).toBe(1);
    expect(wanted).toEqual([{ channels: ['MOCK'], silentSinceMs: 940_000, atMost: sweepMax }]);
    expect(commands).toMatchObject([
      {
        ...{ key, subject: 'r1', actor: 'system:sweeper' },
        payload: {
          type: 'RecordLingering',
          data: { remedyId: 'r1', payNos: ['PAY1', 'PAY2'], left: 3 },
        },
      },
    ]);
    expect(sleeping).toEqual([]);
  });

  it('of a channel that nobody calls names nothing, and does not look', async () => {
    const { follower, wanted, commands } = sweeperOver({});
    follower.changed('r1', { ...sweep, channel: 'ALIPAY' });
    await expect.poll(() => commands.length).toBe(1);
    expect(wanted).toEqual([]);
    expect(commands[0]?.payload.data).toEqual({ remedyId: 'r1', payNos: [], left: 0 });
  });

  it('waits for Postgres, and for a word that was not heard, and looks again', async () => {
    let isAway = true;
    let isHeard = false;
    const run = sweeperOver({
      found: () =>
        isAway
          ? Promise.reject(new PostgresDown('away'))
          : Promise.resolve({ payNos: ['PAY1'], left: 0 }),
      decide: () => (isHeard ? decided('UNCHANGED') : { kind: 'pending' }),
    });
    run.follower.changed('r1', sweep);
    await expect.poll(() => run.sleeping.length).toBe(1);
    isAway = false;
    await run.pass();
    await expect.poll(() => run.sleeping.length).toBe(1);
    expect(run.commands).toHaveLength(1);
    isHeard = true;
    await run.pass();
    await expect.poll(() => run.commands.length).toBe(2);
    expect(run.wanted).toHaveLength(3);
    await run.sweeper.close();
    expect(run.sleeping).toEqual([]);
  });

  it.each(['the sweep is over', 'the task goes', 'the process stops'])(
    'tries no more once %s',
    async (what) => {
      const run = sweeperOver({ decide: () => ({ kind: 'pending' }) });
      run.follower.changed('r1', sweep);
      await expect.poll(() => run.sleeping.length).toBe(1);
      if (what === 'the sweep is over') run.follower.changed('r1', undefined);
      else if (what === 'the task goes') run.follower.close();
      else await run.sweeper.close();
      await run.sweeper.close();
      run.follower.changed('r2', sweep);
      expect(run.commands).toHaveLength(1);
    },
  );
});
