import type { MonitoredStory } from '../plan/monitored-stories.ts';
import { monitoredStories, ordersOf } from '../plan/monitored-stories.ts';
import type { WatchedAccount } from './watched-account.ts';
import { WrongAnswer } from './shop.ts';

/** How one telling of a story went. */
export interface MonitoredJournal {
  readonly story: MonitoredStory;
  readonly orderNos: readonly string[];
  readonly results: readonly string[];
  /** What no contract allows; `null` mostly. */
  readonly wrong: string | null;
  /** From the first report to its answer, ms; `null` if none was made. */
  readonly answeredMs: number | null;
}

export interface MonitoredRun {
  readonly over: Promise<readonly MonitoredJournal[]>;
  /** Whether an order, or whatever an alert calls its subject, is of this run's account. */
  isOwn(subject: string): boolean;
}

/** Tells every story on an account of this run's own, all at once. */
export function playMonitored(
  account: WatchedAccount,
  { runName }: { readonly runName: string },
): MonitoredRun {
  async function play(): Promise<readonly MonitoredJournal[]> {
    await account.register();
    const planned = monitoredStories.flatMap((story) =>
      Array.from({ length: story.count }, () => story),
    );
    return Promise.all(planned.map((story, index) => tell(account, { story, runName, index })));
  }
  const over = play();
  // Who waits for it waits for something else first.
  over.catch(() => undefined);
  return {
    over,
    isOwn: (subject) => subject.startsWith(`${runName}-m`) || subject.includes(account.name),
  };
}

async function tell(
  account: WatchedAccount,
  of: { readonly story: MonitoredStory; readonly runName: string; readonly index: number },
): Promise<MonitoredJournal> {
  const { story, runName, index } = of;
  const orderNos = Array.from(
    { length: ordersOf(story) },
    (_, at) => `${runName}-m${index + 1}${'ab'.charAt(at)}`,
  );
  // Of its own, so that no story is paid by another's money.
  const amount = `${20 + index}.00`;
  const results: string[] = [];
  let answeredMs: number | null = null;
  const note = async (doing: Promise<string>): Promise<void> => {
    const beganMs = performance.now();
    results.push(await doing);
    answeredMs ??= performance.now() - beganMs;
  };
  const money = (at = 1): string => `wx-${runName}-${index + 1}-${at}`;
  const [first = '', second = ''] = orderNos;
  try {
    for (const orderNo of orderNos)
      await account.order(orderNo, { amount, expires: story.name === 'late' });
    if (story.name === 'late') await account.untilEnded(first);
    await note(account.report(money(), amount));
    if (story.name === 'repeated') await note(account.report(money(), amount));
    if (story.name === 'nobody') await note(account.setAside(money()));
    if (story.name === 'ambiguous') {
      await note(account.match(money(), second));
      await note(account.report(money(2), amount));
    }
    return { story, orderNos, results, answeredMs, wrong: null };
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error;
    return { story, orderNos, results, answeredMs, wrong: error.message };
  }
}
