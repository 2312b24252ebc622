import type { Codec } from '@plumbline/events';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Random, SimHost, SimLog } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import { answering } from '../oracles/parking.ts';
import type { PlannedHand, PlannedReceiving } from '../plan/receiving.ts';
import { accountCommands, handCommand, reportCommand } from './account-commands.ts';
import type { Client, Command } from './client.ts';
import { createClient } from './client.ts';
import type { Journal } from './journal.ts';
import type { BookedMoney } from './sim-payers.ts';

/** Something that one of the clients has to say until it is heard. */
interface Errand {
  readonly atMs: number;
  /** What it is once its time has come, and for good; null before, or when there is nothing to say. */
  chosen: Chosen | null;
  readonly choose: () => Chosen | null;
  /** Another id each time: two requests of one client are two commands. */
  readonly again: Random | null;
  tries: number;
  isDone: boolean;
}

interface Chosen {
  readonly command: Command;
  /** Not before this, epoch ms. */
  readonly atMs: number;
}

/** How often somebody looks for something to do, and how long after the time before. */
const looks = { max: 8, everyMs: 700 } as const;

/** So many processes report what comes in: two phones that show the same account. */
const clientNames = ['monitor-1', 'monitor-2'] as const;

/**
 * Everybody who talks to accounts: the clients that see money, and whoever registers, pauses and
 * matches by hand. What they have to say outlives their processes.
 */
export function createMonitors(options: {
  readonly planned: PlannedReceiving;
  readonly partitions: number;
  readonly random: Random;
  readonly beganMs: number;
  readonly journal: Journal;
  readonly model: MemoryReadModel;
  newCodec(): Codec;
  reached(name: string): void;
  nowMs(): number;
}) {
  const { planned, random, beganMs, journal, model } = options;
  const errands = new Map<string, Errand[]>(clientNames.map((name) => [name, []]));
  const begin = new Map<string, (errand: Errand) => void>();

  function add(name: string, errand: Pick<Errand, 'atMs' | 'choose' | 'again'>): void {
    const added: Errand = { ...errand, chosen: null, tries: 0, isDone: false };
    errands.get(name)?.push(added);
    begin.get(name)?.(added);
  }

  const [people] = clientNames;
  for (const account of planned.accounts) {
    for (const { command, atMs } of accountCommands(account))
      add(people, { atMs: beganMs + atMs, choose: () => ({ command, atMs: 0 }), again: null });
  }
  for (const hand of planned.hands) {
    const draws = random.fork(`hand/${hand.index}`);
    const choose = () => chosen(hand, draws);
    add(people, { atMs: beganMs + hand.atMs, choose, again: null });
  }

  function chosen(hand: PlannedHand, draws: Random): Chosen | null {
    return handCommand(hand, { model, random: draws, nowMs: options.nowMs() });
  }

  async function run(errand: Errand, client: Client, host: SimHost): Promise<void> {
    if (errand.isDone) return;
    await host.clock.sleep(Math.max(1, errand.atMs - options.nowMs()));
    for (let look = 0; look < looks.max && errand.chosen === null; look += 1) {
      if (look > 0) await host.clock.sleep(looks.everyMs);
      errand.chosen = errand.choose();
    }
    await say(errand, client, host);
    errand.isDone = true;
  }

  async function say(errand: Errand, client: Client, host: SimHost): Promise<void> {
    if (errand.chosen === null) return;
    const { chosen, again } = errand;
    const { command } = chosen;
    await host.clock.sleep(Math.max(1, chosen.atMs - options.nowMs()));
    while (errand.tries < limits.reportTriesMax) {
      const time = errand.tries;
      errand.tries += 1;
      const isOther = again !== null && time > 0 && again.fork(String(time)).chance(0.5);
      const said = isOther ? { ...command, id: `${command.id}-again${time}` } : command;
      const answer = await client.send(said);
      // What was refused was not kept: the client keeps it.
      if (answer !== null && (again === null || answer.status !== 'REJECTED')) break;
      await host.clock.sleep(500);
    }
  }

  return {
    areDone: () => [...errands.values()].every((list) => list.every(({ isDone }) => isDone)),
    /** Money came in: who sees it, how often each says so, and once in a while what it misreads. */
    see(money: BookedMoney): void {
      const { platformOrder } = money;
      const draws = random.fork(`seen/${platformOrder}`);
      const both = draws.chance(0.35) ? draws.shuffle(clientNames) : [draws.pick(clientNames)];
      for (const name of both) {
        const times = draws.chance(0.25) ? 2 : 1;
        for (let time = 0; time < times; time += 1) {
          const isMisread = draws.chance(0.04);
          const amountMinor = isMisread ? money.amountMinor + 100n : money.amountMinor;
          const id = `${platformOrder}-${name}-${isMisread ? 'misread' : time}`;
          const command = reportCommand(money, { id, reportedBy: `mc_${name}`, amountMinor });
          add(name, {
            atMs: options.nowMs() + Math.floor(draws.skewed(10, limits.reportedMaxMs)),
            choose: () => ({ command, atMs: 0 }),
            again: draws.fork(id),
          });
        }
      }
    },
    names: clientNames,
    async start(name: string, log: SimLog, host: SimHost): Promise<{ close(): Promise<void> }> {
      const codec = options.newCodec();
      await codec.prepare(answering.flatMap(({ commands, outcomes }) => [commands, outcomes]));
      const client = createClient({
        ...{ log, host, codec, journal, partitions: options.partitions },
        reached: (what) => options.reached(what),
        nowMs: () => options.nowMs(),
      });
      begin.set(name, (errand) => void run(errand, client, host));
      for (const errand of errands.get(name) ?? []) begin.get(name)?.(errand);
      return { close: () => Promise.resolve() };
    },
  };
}
