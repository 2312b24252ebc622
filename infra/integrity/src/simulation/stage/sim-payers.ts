import type { Codec, OrderActivated } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Random, Simulation } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedReceiving } from '../plan/receiving.ts';
import { accountChannels, accountName } from '../plan/receiving.ts';
import type { Journal } from './journal.ts';

/** Money that really came in: the truth that checkers compare with. Nobody here decides whose it is. */
export interface BookedMoney {
  readonly platformOrder: string;
  /** `<pid>.<aid>`. */
  readonly account: string;
  readonly payway: string;
  readonly channel: string;
  readonly amountMinor: bigint;
  /** Epoch ms. */
  readonly cameAtMs: number;
  /** The attempt that its payer meant; null for what is for nobody here. */
  readonly meantFor: string | null;
}

/** People with money, who see what they are asked for, and do what they like. */
export interface SimPayers {
  readonly money: ReadonlyMap<string, BookedMoney>;
  /** Nobody is about to pay. */
  areDone(): boolean;
}

/** What somebody who was asked for money does. */
type Act = 'right' | 'twice' | 'wrong amount' | 'wrong channel' | 'at the end' | 'late' | 'nothing';

const acts: readonly Act[] = [
  ...(['right', 'right', 'right', 'right', 'twice', 'wrong amount'] as const),
  ...(['wrong channel', 'at the end', 'at the end', 'late', 'late', 'nothing'] as const),
];

export function createSimPayers(options: {
  readonly simulation: Simulation;
  readonly random: Random;
  readonly planned: PlannedReceiving;
  readonly journal: Journal;
  /** Knows the topics of accounts. */
  readonly codec: Codec;
  /** A client sees it. */
  onMoney(money: BookedMoney): void;
}): SimPayers {
  const { simulation, random, planned, journal, codec } = options;
  const money = new Map<string, BookedMoney>();
  const seen = new Set<string>();
  let pending = 0;

  function come(afterMs: number, of: Omit<BookedMoney, 'cameAtMs'>): void {
    pending += 1;
    simulation.after(Math.max(1, afterMs), () => {
      pending -= 1;
      const booked = { ...of, cameAtMs: simulation.nowMs() };
      money.set(booked.platformOrder, booked);
      simulation.note(`${of.amountMinor} came on ${of.account} as ${of.platformOrder}`);
      options.onMoney(booked);
    });
  }

  /** What one who is asked for money does with it, and when. */
  function pay(order: OrderActivated): void {
    const draws = random.fork(`payer/${order.reference}`);
    const act = draws.pick(acts);
    simulation.reached(`a payer paid: ${act}`);
    if (act === 'nothing') return;
    const own = accountChannels.find(({ cid }) => cid === order.cid);
    const other = accountChannels.find(({ cid }) => cid !== order.cid);
    const asked = {
      ...{ account: `${order.pid}.${order.aid}`, meantFor: order.reference },
      ...{ payway: order.type, channel: own?.channel ?? '', amountMinor: order.payableMinor },
    };
    const leftMs = order.expireAt - simulation.nowMs();
    const soonMs = Math.min(draws.skewed(100, limits.payerMaxMs), Math.max(100, leftMs - 500));
    const number = (letter: string): string => `wx-${order.reference}-${letter}`;
    const first = { ...asked, platformOrder: number('a') };
    switch (act) {
      case 'right':
        come(soonMs, first);
        return;
      case 'twice':
        come(soonMs, first);
        come(soonMs + draws.skewed(10, 3_000), { ...asked, platformOrder: number('b') });
        return;
      case 'wrong amount':
        come(soonMs, { ...first, amountMinor: order.payableMinor + 7n });
        return;
      case 'wrong channel': {
        const isNone = draws.chance(0.4);
        const channel = isNone ? 'unheard of' : (other?.channel ?? '');
        come(soonMs, { ...first, channel, payway: other?.type ?? '' });
        return;
      }
      case 'at the end':
        come(leftMs + draws.between(-80, 60), first);
        return;
      case 'late':
        come(leftMs + draws.skewed(200, 9_000), first);
        return;
    }
  }

  /** A page shows what is asked for as soon as it is decided. */
  function look(): void {
    for (const { topic, partition, offset, value } of simulation.broker.topicRecords(
      topics.receivingEvents.name,
    )) {
      const place = `${topic} ${partition}/${offset}`;
      if (seen.has(place) || journal.planted.has(place)) continue;
      seen.add(place);
      const { type, data } = codec.decode(topic, value);
      if (type === 'OrderActivated') pay(data as OrderActivated);
    }
    simulation.after(limits.payersLookMs, look);
  }

  for (const { index, account, atMs } of planned.strays) {
    const to = planned.accounts[account];
    const [channel] = accountChannels;
    if (to === undefined || channel === undefined) continue;
    const where = { account: accountName(to), payway: channel.type, channel: channel.channel };
    const amountMinor = random.fork(`stray/${index}`).pick([1_000n, 333n]);
    come(atMs, { ...where, amountMinor, platformOrder: `wx-stray-${index}`, meantFor: null });
  }
  simulation.after(limits.payersLookMs, look);
  return { money, areDone: () => pending === 0 };
}
