import type { EndpointsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import * as limits from '../limits.ts';
import type { Contact } from '../stage/sim-merchants.ts';
import type { Checker } from './checker.ts';

/** I9 */
export const healthChecker: Checker = {
  name: 'health',
  title: 'an endpoint that fails is known to fail, and one that takes something again is well',
  check(history) {
    const spells = spellsIn(history);
    return [...unknown(history, spells), ...unhealed(history, spells)];
  },
};

/** For so long an endpoint failed, as the log says it. */
interface Spell {
  readonly fromMs: number;
  toMs: number;
}

function spellsIn(history: History): ReadonlyMap<string, readonly Spell[]> {
  const found = new Map<string, Spell[]>();
  for (const { payload, record } of ownEntries(history, topics.endpointsEvents.name)) {
    const { type, data } = payload as EndpointsEvent;
    const own = found.get(data.endpointId) ?? [];
    found.set(data.endpointId, own);
    const { timestampMs } = record;
    if (type === 'EndpointFailing') own.push({ fromMs: timestampMs, toMs: Infinity });
    const last = own.at(-1);
    const isOver = type === 'EndpointRecovered' || type === 'EndpointRemoved';
    if (isOver && last !== undefined) last.toMs = Math.min(last.toMs, timestampMs);
  }
  return found;
}

/**
 * Whoever failed so often in a row is said to fail, without faults at once. With them a process that
 * has seen it may end before it says so.
 */
function unknown(
  { calm, contacts }: History,
  spells: ReadonlyMap<string, readonly Spell[]>,
): readonly Violation[] {
  if (!calm) return [];
  const inRow = new Map<string, number>();
  return contacts.flatMap(({ sender, endpointId, isThere, atMs }, index) => {
    const lane = `${sender} ${endpointId}`;
    const failures = isThere ? 0 : (inRow.get(lane) ?? 0) + 1;
    inRow.set(lane, failures);
    if (failures !== limits.failuresInRow) return [];
    const untilMs = atMs + limits.noticedCalmMaxMs;
    const isSoonBack = contacts
      .slice(index)
      .some((each) => each.endpointId === endpointId && each.isThere && each.atMs < untilMs);
    const isKnown = (spells.get(endpointId) ?? []).some(
      ({ fromMs, toMs }) => fromMs <= untilMs && toMs >= atMs,
    );
    if (isKnown || isSoonBack) return [];
    return [violation('I9', `${endpointId} failed ${failures} times in a row, and nobody knows`)];
  });
}

/** What failed and has taken something since is no more said to fail. */
function unhealed(
  { contacts }: History,
  spells: ReadonlyMap<string, readonly Spell[]>,
): readonly Violation[] {
  const last = new Map<string, Contact>();
  for (const contact of contacts) last.set(contact.endpointId, contact);
  return [...spells].flatMap(([endpointId, own]) => {
    const open = own.find(({ toMs }) => toMs === Infinity);
    const contact = last.get(endpointId);
    const isWell = contact?.isThere === true && contact.atMs > (open?.fromMs ?? Infinity);
    return isWell
      ? [violation('I9', `${endpointId} answers again, and is still said to fail`)]
      : [];
  });
}
