import type { AlertsCommand, AlertsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { openedBy } from './deal.ts';
import type { Pen, Planted } from './story.ts';

type Saying = Exclude<AlertsCommand['type'], 'ActivateRules'>;

/** What somebody says of an alert. */
export interface Word {
  readonly alertId: string;
  readonly saying: Saying;
  /** Broker time, epoch ms. */
  readonly atMs: number;
  /** Of a suppression: until when, epoch ms; null for good. */
  readonly untilMs: number | null;
  /** Of a write-off, in minor units of the payment's currency: what is lost. */
  readonly lossMinor: bigint | null;
}

/** At most so many of one alert. */
const wordsMax = 5;

/** Rules that are about all the money of a payment, which a story knows. */
const ofThePayment: readonly string[] = ['A', 'B', 'C'];

/**
 * Has people speak of an alert that was planted, once it is out: of one that stands or has ended, in
 * turns that are allowed and in others.
 */
export function tellWords(pen: Pen, planted: Planted): readonly Word[] {
  const { random } = pen;
  pen.goTo(planted.dueMs);
  return Array.from({ length: 1 + random.int(wordsMax) }, (): Word => {
    pen.wait(2, 10_000);
    const saying = random.pick(sayingsOf(pen, planted));
    const isForGood = saying !== 'SuppressAlert' || random.chance(0.3);
    const untilMs = isForGood ? null : pen.reserve(pen.nowMs + 100 + random.int(10_000));
    const loss = saying === 'WriteOffAlert' ? lossOf(pen) : null;
    const command = commandOf(saying, planted.alertId, { untilMs, loss });
    const { atMs } = pen.tell(topics.alertsCommands.name, command);
    const lossMinor = loss?.minor ?? null;
    return { alertId: planted.alertId, saying, atMs, untilMs, lossMinor };
  });
}

const anySayings: readonly Saying[] = [
  ...(['AcknowledgeAlert', 'InvestigateAlert', 'ResolveAlert'] as const),
  ...(['SuppressAlert', 'SuppressAlert', 'ReopenAlert', 'ReopenAlert'] as const),
];

const sayingsOf = (pen: Pen, { rule }: Planted): readonly Saying[] =>
  ofThePayment.includes(rule) && openedBy(pen) !== undefined
    ? [...anySayings, 'WriteOffAlert', 'WriteOffAlert']
    : anySayings;

interface Loss {
  readonly minor: bigint;
  readonly currency: string;
  /** Said as a number, and not as all that is at stake. */
  readonly isPart: boolean;
}

function lossOf(pen: Pen): Loss | null {
  const opened = openedBy(pen);
  if (opened === undefined) return null;
  const { amountMinor, currency } = opened.deal;
  const isPart = pen.random.chance(0.5);
  return { minor: isPart ? amountMinor / 2n : amountMinor, currency, isPart };
}

function commandOf(
  type: Saying,
  alertId: string,
  { untilMs, loss }: { readonly untilMs: number | null; readonly loss: Loss | null },
): AlertsCommand {
  const data = { alertId, reason: 'measured' };
  switch (type) {
    case 'SuppressAlert':
      return { type, data: { ...data, until: untilMs } };
    case 'WriteOffAlert': {
      const part = loss?.isPart === true ? loss : null;
      const lost = { lossMinor: part?.minor ?? null, lossCurrency: part?.currency ?? null };
      return { type, data: { ...data, ...lost } };
    }
    case 'AcknowledgeAlert':
    case 'InvestigateAlert':
    case 'ResolveAlert':
    case 'ReopenAlert':
      return { type, data };
  }
}

/** How it is then, by what was said of one that stands. */
const becomes: Readonly<Record<Exclude<Saying, 'ReopenAlert'>, string>> = {
  ...{ AcknowledgeAlert: 'ACKNOWLEDGED', InvestigateAlert: 'INVESTIGATING' },
  ...{ ResolveAlert: 'RESOLVED', WriteOffAlert: 'WRITTEN_OFF', SuppressAlert: 'SUPPRESSED' },
};

/** In which order it comes to stand so: nobody goes back, and who looks into it has seen it. */
const standing: readonly string[] = ['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING'];

/**
 * What the log must say of an alert after it was raised, as docs/alerts.md has it: what people said of
 * it, and its own end where nobody had ended it before.
 */
export function lifeOf(
  { alertId, end }: Pick<Planted, 'alertId' | 'end'>,
  words: readonly Word[],
): readonly string[] {
  const steps: string[] = [];
  let status = 'OPEN';
  let backMs: number | null = null;

  function step(next: string, atMs: number, more = ''): void {
    status = next;
    backMs = null;
    steps.push(textOf(next, atMs, more));
  }

  function passTo(atMs: number): void {
    if (backMs !== null && backMs < atMs) step('OPEN', backMs);
  }

  function endByLog({ atMs, supersededBy }: NonNullable<Planted['end']>): void {
    // What somebody has ended heals in silence, and does not stand again by itself.
    if (!standing.includes(status)) backMs = null;
    else if (supersededBy === null) step('AUTO_RESOLVED', atMs);
    else step('SUPERSEDED', atMs, `by ${supersededBy}`);
  }

  function hear({ saying, atMs, untilMs, lossMinor }: Word): void {
    if (saying === 'ReopenAlert') {
      if (!standing.includes(status) && status !== 'SUPERSEDED') step('OPEN', atMs);
      return;
    }
    const next = becomes[saying];
    const from = standing.indexOf(status);
    const to = standing.indexOf(next);
    if (from < 0 || (to >= 0 && to <= from)) return;
    step(next, atMs, moreOf(untilMs, lossMinor));
    backMs = untilMs;
  }

  const moments = [
    ...words
      .filter((word) => word.alertId === alertId)
      .map((word) => ({ atMs: word.atMs, happen: () => hear(word) })),
    ...(end === null ? [] : [{ atMs: end.atMs, happen: () => endByLog(end) }]),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, happen } of moments) {
    passTo(atMs);
    happen();
  }
  passTo(Infinity);
  return steps;
}

/** What the log says of an alert that was raised, in the words of {@link lifeOf}; null for anything else. */
export function stepOf(event: AlertsEvent): { alertId: string; text: string } | null {
  switch (event.type) {
    case 'AlertAcknowledged':
      return { ...event.data, text: textOf('ACKNOWLEDGED', event.data.acknowledgedAt) };
    case 'AlertInvestigated':
      return { ...event.data, text: textOf('INVESTIGATING', event.data.investigatedAt) };
    case 'AlertReopened':
      return { ...event.data, text: textOf('OPEN', event.data.reopenedAt) };
    case 'AlertResolved': {
      const { alertId, resolution, resolvedAt, supersededBy } = event.data;
      const by = supersededBy === null ? '' : `by ${supersededBy}`;
      const more = by || moreOf(event.data.suppressedUntil, event.data.lossMinor);
      return { alertId, text: textOf(resolution, resolvedAt, more) };
    }
    case 'AlertRaised':
    case 'RulesActivated':
      return null;
  }
}

const moreOf = (untilMs: number | null, lossMinor: bigint | null): string =>
  untilMs !== null ? `until ${untilMs}` : lossMinor === null ? '' : `less ${lossMinor}`;

const textOf = (status: string, atMs: number, more = ''): string =>
  `${status} at ${atMs} ${more}`.trim();

/** The finding itself is over, and the log says so. */
export const isOfLog = (text: string): boolean =>
  text.startsWith('AUTO_RESOLVED') || text.startsWith('SUPERSEDED');
