import { setTimeout as sleep } from 'node:timers/promises';
import { graceMs, outageMarginMs, storiesUnderWayMax } from '../limits.ts';
import type { Journal, Outage } from '../model/journal.ts';
import type { PlannedOrder } from '../plan/make-plan.ts';
import type { Progress } from '../print/progress.ts';
import { createGate } from './gate.ts';
import { playStory } from './play-story.ts';
import type { Shop } from './shop.ts';
import { createSlots } from './slots.ts';

export interface DriveOptions {
  readonly plan: readonly PlannedOrder[];
  readonly runName: string;
  readonly shop: Shop;
  /** Goes on beside the stories, and must be over before the outage. */
  readonly alongside: { readonly over: Promise<unknown>; state(): string };
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Kills the orders process and makes Rule A's grace short; resolves when both are certain. */
  beginOutage(): Promise<void>;
  /** Makes the grace what it was. */
  restoreGrace(): Promise<void>;
  /** Starts the orders process again; resolves when it is ready. */
  endOutage(): Promise<void>;
}

export interface Driven {
  readonly journals: readonly Journal[];
  readonly outage: Outage;
}

/**
 * Tells all stories: first up to the point where those that need the outage wait for it, then the
 * outage, and then the rest.
 */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { plan, alongside, progress, signal } = options;
  const stories = startStories(options);
  await progress.during(
    `Placing ${plan.length} orders and settling their payments`,
    () => `${stories.told()} of ${plan.length} stories told${alongside.state()}`,
    Promise.all([stories.untilOutage, alongside.over]),
  );
  await progress.during(
    'Killing the orders process',
    () => 'the broker ends what it left open',
    options.beginOutage(),
  );
  const downFromMs = performance.now();
  stories.openOutage();
  const paid = stories.tellings.filter(
    (_, at) => plan[at]?.story.steps.at(-2)?.do === 'await-outage',
  );
  await progress.during(
    `Paying ${paid.length} orders while nobody is there to notice, and waiting out the grace of ${graceMs / 1_000} s`,
    () => 'the orders process is down',
    Promise.all(paid).then(() => sleep(graceMs + outageMarginMs, undefined, { signal })),
  );
  await options.restoreGrace();
  const upFromMs = performance.now();
  await progress.during(
    'Starting the orders process again',
    () => `${stories.told()} of ${plan.length} stories told`,
    options.endOutage(),
  );
  const journals = await progress.during(
    'Telling the last stories',
    () => `${stories.told()} of ${plan.length} stories told`,
    Promise.all(stories.tellings),
  );
  return { journals, outage: { downFromMs, upFromMs, graceMs, marginMs: outageMarginMs } };
}

interface Stories {
  readonly tellings: readonly Promise<Journal>[];
  /** Every story is told or waits for the outage. */
  readonly untilOutage: Promise<unknown>;
  openOutage(): void;
  told(): number;
}

function startStories({ plan, runName, shop, signal }: DriveOptions): Stories {
  const outage = createGate();
  const inSlot = createSlots(storiesUnderWayMax);
  const timestampMs = Date.now();
  let told = 0;
  const started = plan.map((order) => {
    let rest: () => void = () => undefined;
    let reachGate: () => void = () => undefined;
    const resting = new Promise<void>((resolve) => (rest = resolve));
    const atGate = new Promise<void>((resolve) => (reachGate = resolve));
    const pausing = (_: PlannedOrder, until: 'deadline' | 'outage') => {
      rest();
      if (until === 'outage') reachGate();
    };
    const telling = new Promise<Journal>((resolve, reject) => {
      const tell = () => playStory(order, { shop, runName, outage, signal, timestampMs, pausing });
      inSlot(async () => {
        signal.throwIfAborted();
        const journal = tell();
        void journal.then(resolve, reject);
        // A story that waits for time to pass holds nobody up.
        await Promise.race([journal, resting]);
      }).catch(reject);
    });
    void telling.then(
      () => (told += 1),
      () => undefined,
    );
    return { telling, calm: Promise.race([telling, atGate]) };
  });
  return {
    tellings: started.map(({ telling }) => telling),
    untilOutage: Promise.all(started.map(({ calm }) => calm)),
    openOutage: () => outage.open(),
    told: () => told,
  };
}
