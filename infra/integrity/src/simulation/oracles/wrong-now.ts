import type { ExpectedAlert, Rules, Watch } from './alert-watches.ts';
import { begun, said } from './alert-watches.ts';
import type { Sum, ToldOfOrder } from './told-of-order.ts';

/** How the two stand, as the log tells it. */
export interface Standing {
  readonly order: string | null;
  readonly payment: string | null;
  /** What the newest report says, where it is not what the payment's status says. */
  readonly reported: string | null;
}

/** Something that is wrong and may end: its name begins with the rule. */
interface Wrong {
  readonly name: string;
  /** From when its time runs, if not from the event. */
  readonly fromMs?: number;
  /** What is set of how long it may last, where that is not the rule's grace; and by default. */
  readonly mayLast?: readonly [name: string, defaultMs: number];
}

const unpaidEnds = ['FAILED', 'EXPIRED', 'CANCELLED'];
const openPayment = ['INIT', 'PAYING'];
const openOrder = ['PENDING', 'WAITING_PAYMENT'];

/** D, E, H to N and P of docs/alerts.md, and U of an order, by the words of that page; shares nothing with the rules. */
export function wrongNow(told: ToldOfOrder, standing: Standing): readonly Wrong[] {
  return [
    ...wrongSums(told, standing),
    ...wrongMoney(told, standing),
    ...wrongEnds(told, standing),
    ...lateOnes(told, standing),
    ...wrongRefunds(told, standing),
    ...wrongWords(told, standing),
    ...wrongTellings(told, standing),
  ];
}

function wrongSums({ due, paidWith, payment }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  if (due === null || payment === null || payment.isMerchants) return [];
  if (standing.payment === 'FAILED' || standing.payment === 'CLOSED') return [];
  const named: readonly Sum[] = paidWith === null ? [due] : [due, paidWith];
  const found: Wrong[] = [];
  if (named.some(({ minor, currency }) => currency === payment.currency && minor !== payment.minor))
    found.push({
      name: standing.payment === 'SUCCESS' || standing.order === 'PAID' ? 'D paid' : 'D asked',
    });
  if (named.some(({ currency }) => currency !== payment.currency)) found.push({ name: 'E order' });
  return found;
}

function wrongMoney(told: ToldOfOrder, standing: Standing): readonly Wrong[] {
  const { paidWith, payment } = told;
  if (told.callbacks === 'PAID')
    return [{ name: 'K callback', mayLast: ['callbackGraceMs', 60_000] }];
  if (standing.order === null && standing.payment === 'SUCCESS' && payment?.isMerchants === false)
    return [{ name: 'K order', mayLast: ['orderGraceMs', 60_000] }];
  if (standing.order !== 'PAID' || paidWith === null) return [];
  if (standing.payment === 'FAILED' || standing.reported === 'FAILED') return [];
  const isItsPayment = payment?.payNo === paidWith.payNo;
  if (isItsPayment && (standing.payment === 'SUCCESS' || payment.paidLate)) return [];
  return [{ name: 'L' }];
}

function wrongEnds({ payment }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  if (payment === null || payment.isMerchants || standing.order === null) return [];
  const isOpen = openPayment.includes(standing.payment ?? '');
  if (payment.isLed && isOpen && unpaidEnds.includes(standing.order))
    return [{ name: 'P payable' }];
  const isUnpaid = standing.payment === 'FAILED' || standing.payment === 'CLOSED';
  return isUnpaid && openOrder.includes(standing.order) ? [{ name: 'P order' }] : [];
}

function lateOnes({ payment }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  if (payment === null || !payment.isLed || !openPayment.includes(standing.payment ?? ''))
    return [];
  const { lostMs, expireMs } = payment;
  if (lostMs !== null && lostMs < expireMs)
    return [{ name: 'M unknown', fromMs: lostMs, mayLast: ['unknownGraceMs', 600_000] }];
  return [{ name: 'M open', fromMs: expireMs }];
}

function wrongRefunds({ payment }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  if (payment === null) return [];
  const { refunds, backMinor, theirs, minor, paidLate } = payment;
  const ours = [...refunds.values()].reduce((sum, refund) => sum + refund.minor, backMinor);
  const theirMinor = theirs?.minor ?? 0n;
  const found: Wrong[] = [...refunds].map(([id, { isTaken, sinceMs: fromMs }]) => ({
    ...{ name: `J ${isTaken ? 'taken' : 'asked'} ${id}`, fromMs },
    ...(isTaken ? { mayLast: ['processingGraceMs', 72 * 3_600_000] as const } : {}),
  }));
  if (standing.payment !== 'SUCCESS' && !paidLate) {
    const theyAlone = theirs !== null && !theirs.withPaid && theirMinor > 0n;
    return ours > 0n || theyAlone ? [...found, { name: 'I' }] : found;
  }
  if (ours > minor || theirMinor > minor) found.push({ name: 'H' });
  if (theirMinor > ours && theirMinor <= minor) found.push({ name: 'J elsewhere' });
  return found;
}

function wrongWords({ payment }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  if (payment === null) return [];
  const { order, reported } = standing;
  const isB = order === 'PAID' && (standing.payment === 'FAILED' || reported === 'FAILED');
  const isPaid = standing.payment === 'SUCCESS' || reported === 'SUCCESS';
  const isC = unpaidEnds.includes(order ?? '') && isPaid;
  return [
    ...(reported === null || isB || isC ? [] : [{ name: 'N report' }]),
    ...(payment.denied === null || standing.payment !== 'SUCCESS' ? [] : [{ name: 'N answer' }]),
  ];
}

function wrongTellings({ taken }: ToldOfOrder, standing: Standing): readonly Wrong[] {
  const isPaid = standing.payment === 'SUCCESS';
  const isWrong = [...taken.values()].some(({ isMoney }) => (isMoney ? !isPaid : isPaid));
  return isWrong ? [{ name: 'U told', mayLast: ['correctionGraceMs', 600_000] }] : [];
}

const prefix = 'wrong ';

/** Whether a watch is of what stands here. */
export const isOfWrong = (name: string): boolean => name.startsWith(prefix);

/** What is to be said of it after an event. */
export function judgeWrongs(
  wrongs: readonly Wrong[],
  step: {
    readonly watches: Map<string, Watch>;
    readonly rules: Rules;
    readonly key: string;
    readonly timeMs: number;
    readonly triggerId: string;
  },
): readonly ExpectedAlert[] {
  const { watches, rules, key, timeMs, triggerId } = step;
  const found: ExpectedAlert[] = [];
  const names = new Set(wrongs.map(({ name }) => `${prefix}${name}`));
  for (const [name, watch] of watches) {
    if (!isOfWrong(name) || names.has(name)) continue;
    watches.delete(name);
    if (watch.open) found.push(said('resolved', key, watch, timeMs));
  }
  for (const { name, fromMs, mayLast } of wrongs) {
    const rule = name.charAt(0);
    const fresh = begun(rules, rule, fromMs ?? timeMs, triggerId);
    const lastsMs = mayLast && (rules.values.get(`${rule} ${mayLast[0]}`) ?? mayLast[1]);
    const begin =
      fresh === null || lastsMs === undefined
        ? fresh
        : { ...fresh, deadlineMs: (fromMs ?? timeMs) + lastsMs };
    const due = watches.get(`${prefix}${name}`) ?? begin;
    if (due === null) continue;
    watches.set(`${prefix}${name}`, due);
    if (due.open || due.deadlineMs > timeMs) continue;
    due.open = true;
    found.push(said('raised', key, due, timeMs));
  }
  return found;
}
