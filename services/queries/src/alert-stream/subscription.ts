import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStream } from '@plumbline/http';
import type { FeedPosition, LogFeed, Seat } from '@plumbline/kafka';
import {
  formatFeedPosition,
  parseFeedPosition,
  PositionOutOfRange,
  UnknownTopic,
} from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import * as limits from './limits.ts';
import type { ReadPage } from './read-page.ts';
import type { ToldAlert } from './told-alert.ts';

/** Why a stream ends; it is resumed from its last position unless that is what is wrong. */
export type EndCode = 'SERVER_STOPS' | 'TOO_SLOW' | 'POSITION_LOST';

/**
 * One client that is told of alerts:
 *
 *   behind ──near the end──► live ──closed by either side──► over
 *     ▲                        │
 *     └─takes them too slowly──┘
 */
export interface Subscription {
  /** Says that the server is there, and how far the client has come. */
  beat(): void;
  goAway(): void;
}

export interface SubscriptionOptions {
  readonly stream: EventStream;
  readonly feed: Pick<LogFeed<ToldAlert>, 'join' | 'extent'>;
  readonly readPage: ReadPage;
  readonly logger: Logger;
  readonly wants: (told: ToldAlert) => boolean;
  /** `null`: from now on. */
  readonly from: FeedPosition | null;
  readonly waitingBytesMax?: number;
  readonly takeWithinMs?: number;
  readonly onEnd?: (code: EndCode) => void;
}

export function openSubscription(options: SubscriptionOptions): Subscription {
  const { stream, feed, readPage, logger, wants } = options;
  const waitingBytesMax = options.waitingBytesMax ?? limits.waitingBytesMax;
  const takeWithinMs = options.takeWithinMs ?? limits.takeWithinMs;
  const isFull = (): boolean => stream.isOver() || stream.waitingBytes() >= waitingBytesMax;
  let seat: Seat | null = null;
  let at: FeedPosition | null = options.from;
  let told = '';
  let leave: () => void = () => undefined;
  stream.onOver(() => leave());

  function say(event: string, position: string, data: string): void {
    told = position;
    stream.send({ event, id: position, data });
  }
  const tell = ({ type, json }: ToldAlert, position: string): void => say(type, position, json);
  const sayPosition = (position: string): void =>
    say('position', position, JSON.stringify({ position }));
  const position = (): string | null =>
    seat?.position() ?? (at === null ? null : formatFeedPosition(at.tag, at.offsets));

  function end(code: EndCode): void {
    if (stream.isOver()) return;
    const here = position() ?? told;
    stream.send({ event: 'end', id: here, data: JSON.stringify({ code, position: here }) });
    stream.end();
    options.onEnd?.(code);
  }

  function isFarBehind(here: FeedPosition): boolean {
    const { newest, oldest } = feed.extent();
    let missing = 0n;
    for (const [partition, offset] of here.offsets.entries()) {
      if (offset < (oldest.offsets[partition] ?? 0n)) return true;
      const missed = (newest.offsets[partition] ?? 0n) - offset;
      if (missed > 0n) missing += missed;
    }
    return missing > BigInt(limits.fromMemoryMax);
  }

  /** Until it takes what comes too slowly, or the feed begins anew; nothing is lost by either. */
  async function live(): Promise<void> {
    const left = new Promise<void>((resolve) => (leave = resolve));
    const seating = { isIn: false };
    const out = (): void => {
      seating.isIn = false;
      leave();
    };
    const joined = await feed.join(
      {
        wants,
        onJoined({ how, position: begun, missed }) {
          if (how === 'reset') return;
          seating.isIn = true;
          sayPosition(begun);
          for (const { change, position: here } of missed) tell(change.note, here);
        },
        onChange({ note }, here) {
          if (!seating.isIn) return;
          tell(note, here());
          if (isFull()) out();
        },
        onReset: out,
      },
      at,
    );
    if (seating.isIn) {
      seat = joined;
      await left;
      // What was said last covers everything before it.
      at = parseFeedPosition(told);
    }
    seat = null;
    joined.leave();
  }

  /** From the log itself, as fast as the client takes it. */
  async function catchUp(from: FeedPosition): Promise<void> {
    sayPosition(formatFeedPosition(from.tag, from.offsets));
    for (let here = from; isFarBehind(here) && !stream.isOver();) {
      if (!(await takes(stream, takeWithinMs))) {
        end('TOO_SLOW');
        return;
      }
      here = await readPage(here, isFarBehind, { wants, give: tell, isFull });
      at = here;
    }
  }

  async function step(): Promise<void> {
    if (at !== null && at.tag !== feed.extent().newest.tag) {
      end('POSITION_LOST');
      return;
    }
    if (isFull() && !(await takes(stream, takeWithinMs))) {
      end('TOO_SLOW');
      return;
    }
    if (at !== null && isFarBehind(at)) await catchUp(at);
    if (stream.isOver()) return;
    const before = at;
    await live();
    // The feed has begun anew, or moved on in this very moment.
    if (at === before) await sleep(limits.logRetryMs / 10);
  }

  async function run(): Promise<void> {
    while (!stream.isOver()) {
      try {
        await step();
      } catch (error) {
        if (error instanceof PositionOutOfRange || error instanceof UnknownTopic) {
          end('POSITION_LOST');
          return;
        }
        logger.warn('alerts cannot be read for a subscriber; trying again', { error });
        await sleep(limits.logRetryMs);
      }
    }
  }
  void run();

  return {
    beat() {
      const here = position();
      if (here !== null && here !== told) sayPosition(here);
      else stream.beat();
    },
    goAway: () => end('SERVER_STOPS'),
  };
}

/** Whether what waits is taken in time; true as well for a stream that is over. */
async function takes(stream: EventStream, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  const drained = stream.drained().then(() => true);
  const inTime = await Promise.race([drained, late]);
  clearTimeout(timer);
  return inTime;
}
